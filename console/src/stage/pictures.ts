// The pictures of a finished request, ready to be shown.
import { saveName } from '../api/addresses';
import type { Input, RequestResult } from '../api/types';

export interface Shown {
  url: string;
  alt: string;
  width: number;
  height: number;
  seed: number | null;
  saveAs: string;
}

export function picturesOf(result: RequestResult | null, input: Input | null): Shown[] {
  const urls = result?.output?.images ?? [];
  const known = result?.metadata?.images ?? [];
  const prompt = typeof input?.prompt === 'string' ? input.prompt : undefined;
  return urls.map((url, index) => ({
    url,
    alt: prompt ?? '',
    width: known[index]?.width ?? 1,
    height: known[index]?.height ?? 1,
    seed: known[index]?.seed ?? result?.metadata?.seeds?.[index] ?? null,
    saveAs: saveName(prompt, index, url),
  }));
}
