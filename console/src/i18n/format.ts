// Quantities as people read them, in the language of the screen.
import { language, number, t } from './language.svelte';

export function money(usd: number): string {
  const digits = usd !== 0 && Math.abs(usd) < 0.01 ? 6 : 4;
  return number(usd, { style: 'currency', currency: 'USD', minimumFractionDigits: 2, maximumFractionDigits: digits });
}

export const price = (usd: number) => (usd === 0 ? t('price.free') : money(usd));

export function bytes(count: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = Math.min(count > 0 ? Math.floor(Math.log10(count) / 3) : 0, units.length - 1);
  return number(count / 1000 ** step, {
    style: 'unit',
    unit: units[step],
    unitDisplay: 'short',
    maximumFractionDigits: step > 0 ? 1 : 0,
  });
}

/** A length of time: "0.4 s", "12 s", "3 min", "7 days". */
export function duration(ms: number): string {
  const [value, unit] =
    ms < 90_000
      ? [ms / 1000, 'second']
      : ms < 5_400_000
        ? [ms / 60_000, 'minute']
        : ms < 172_800_000
          ? [ms / 3_600_000, 'hour']
          : [ms / 86_400_000, 'day'];
  return number(value, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: value < 10 ? 1 : 0 });
}

export function time(iso: string): string {
  return new Intl.DateTimeFormat(language.code, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** A day alone ("2026-11-25") is one of UTC; a moment is on the day that it is here. */
export function day(iso: string): string {
  const timeZone = iso.length === 10 ? 'UTC' : undefined;
  return new Intl.DateTimeFormat(language.code, { dateStyle: 'medium', timeZone }).format(new Date(iso));
}

/** "3 minutes ago", "in 2 days". */
export function ago(iso: string, now: number = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const steps: [number, Intl.RelativeTimeFormatUnit][] = [
    [60, 'second'],
    [3600, 'minute'],
    [86_400, 'hour'],
    [86_400 * 30, 'day'],
    [86_400 * 365, 'month'],
    [Infinity, 'year'],
  ];
  const lengths = { second: 1, minute: 60, hour: 3600, day: 86_400, month: 86_400 * 30, year: 86_400 * 365 };
  const unit = steps.find(([most]) => Math.abs(seconds) < most)?.[1] ?? 'year';
  const format = new Intl.RelativeTimeFormat(language.code, { numeric: 'auto' });
  return format.format(Math.round(seconds / lengths[unit as keyof typeof lengths]), unit);
}
