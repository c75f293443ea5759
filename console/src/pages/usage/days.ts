// Days as the API writes them, in UTC.
import type { UsageRow } from '../../api/types';

const kDay_ms = 86_400_000;

/** The day some days away from a moment: "2026-11-25". */
export const dayText = (now_ms: number, days: number) => new Date(now_ms + days * kDay_ms).toISOString().slice(0, 10);

/** A row for each day, also for those on which nothing happened: a gap in a chart would be no gap in time. */
export function everyDay(from: string, to: string, rows: UsageRow[]): UsageRow[] {
  const known = new Map(rows.map((row) => [row.group, row]));
  const first = Date.parse(from);
  const days = Math.round((Date.parse(to) - first) / kDay_ms) + 1;
  return Array.from({ length: Math.max(0, days) }, (_, index) => {
    const group = dayText(first, index);
    const nothing = {
      requests: 0,
      succeeded: 0,
      failed: 0,
      cancelled: 0,
      pictures: 0,
      cost_usd: 0,
      provider_cost_usd: 0,
    };
    return known.get(group) ?? { group, ...nothing };
  });
}
