// The limits that a key or an account can have, by the API's names.
export const limitNames = [
  'submits_per_minute',
  'reads_per_minute',
  'queued',
  'running',
  'spend_per_day_usd',
  'spend_per_month_usd',
] as const;

/** What was filled in, as numbers. */
export function limitsOf(typed: Record<string, string | number | null | undefined>): Record<string, number> {
  const given = Object.entries(typed).filter(
    ([, value]) => value !== undefined && value !== null && String(value).trim() !== '',
  );
  return Object.fromEntries(given.map(([name, value]) => [name, Number(value)]));
}
