// What an error says to a person.
import { ApiError, Unreachable } from '../api/client';
import { t, word } from '../i18n/language.svelte';

/** A sentence for an error. The server's own words where it has some: they say what to do. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Unreachable) return t('error.unreachable');
  if (!(error instanceof ApiError)) return t('error.unknown');
  const known = word('error.', String(error.code), '');
  if (!known) return error.message;
  return error.message ? `${known} ${error.message}` : known;
}

/** Every fault of what was sent, else the sentence of the error. */
export function faultSentences(error: unknown): string {
  if (!(error instanceof ApiError) || error.faults.length === 0) return sentenceOf(error);
  return error.faults.map((fault) => `${fault.pointer.replace(/^\//, '')} ${fault.message}`).join('; ');
}
