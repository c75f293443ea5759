// The days of a model, as the public status tells them.
import type { ModelDay, ModelStatus } from '../../api/types';
import { dayText } from '../usage/days';

/** How far back the server remembers. */
export const kDays = 90;

/** A whole number of bars whatever the server has been asked so far: days before the first known one are null. */
export function lastDays(days: ModelDay[], now_ms: number): { day: string; known: ModelDay | null }[] {
  const known = new Map(days.map((entry) => [entry.day, entry]));
  return Array.from({ length: kDays }, (_, index) => {
    const day = dayText(now_ms, index + 1 - kDays);
    return { day, known: known.get(day) ?? null };
  });
}

export type Look = 'good' | 'part' | 'bad' | 'unknown';

export function lookOf(share: number | null | undefined): Look {
  if (share === null || share === undefined) return 'unknown';
  if (share >= 0.99) return 'good';
  return share > 0 ? 'part' : 'bad';
}

/** The share of all days together; null when none is known. Today counts as much as any other day. */
export function shareOf(days: ModelDay[]): number | null {
  const known = days.flatMap((entry) => (entry.available === null ? [] : [entry.available]));
  return known.length === 0 ? null : known.reduce((sum, share) => sum + share, 0) / known.length;
}

/** Whether this server has ever been able to run it, or was asked to. */
export const isSetUp = (model: ModelStatus) =>
  model.available || model.days.some((entry) => (entry.available ?? 0) > 0 || entry.succeeded + entry.failed > 0);
