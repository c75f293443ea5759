import { expect, test } from 'vitest';
import { isSetUp, kDays, lastDays, lookOf, shareOf } from './days';

const entry = (day: string, available: number | null, succeeded = 0, failed = 0) => ({
  day,
  available,
  succeeded,
  failed,
});

test('there is a bar for each of the last days, today last, unknown ones empty', () => {
  const bars = lastDays([entry('2026-11-24', 1), entry('2026-11-25', 0.5)], Date.parse('2026-11-25T23:59:00Z'));
  expect(bars.length).toBe(kDays);
  expect(bars.slice(-3).map((bar) => bar.known?.available ?? null)).toEqual([null, 1, 0.5]);
  expect(bars.at(-1)?.day).toBe('2026-11-25');
});

test('a day is good, partly good, bad or unknown', () => {
  expect([1, 0.99, 0.98, 0.001, 0, null, undefined].map(lookOf)).toEqual([
    'good',
    'good',
    'part',
    'part',
    'bad',
    'unknown',
    'unknown',
  ]);
});

test('the share is that of the days that are known', () => {
  expect(shareOf([entry('a', 1), entry('b', 0.5), entry('c', null)])).toBe(0.75);
  expect(shareOf([entry('a', null)])).toBeNull();
});

test('a model that could never run and was never asked for is not set up', () => {
  const model = (available: boolean, days: ReturnType<typeof entry>[]) => ({ model_id: 'm', available, days });
  expect(isSetUp(model(false, [entry('a', 0)]))).toBe(false);
  expect(isSetUp(model(false, [entry('a', 0.1)]))).toBe(true);
  expect(isSetUp(model(false, [entry('a', null, 0, 1)]))).toBe(true);
  expect(isSetUp(model(true, []))).toBe(true);
});
