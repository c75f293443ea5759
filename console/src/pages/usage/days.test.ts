import { expect, test } from 'vitest';
import { dayText, everyDay } from './days';

test('days are counted in UTC, across the end of a month', () => {
  expect(dayText(Date.parse('2026-03-01T00:30:00Z'), -1)).toBe('2026-02-28');
});

test('days without a request stand between the others', () => {
  const row = {
    group: '2026-03-02',
    requests: 3,
    succeeded: 3,
    failed: 0,
    cancelled: 0,
    pictures: 4,
    cost_usd: 0.1,
    provider_cost_usd: 0,
  };
  const days = everyDay('2026-03-01', '2026-03-03', [row]);

  expect(days.map((day) => [day.group, day.requests])).toEqual([
    ['2026-03-01', 0],
    ['2026-03-02', 3],
    ['2026-03-03', 0],
  ]);
});
