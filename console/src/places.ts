// The console's addresses: what a path shows, and the path of what is to be shown.

export const pages = [
  'generations',
  'library',
  'keys',
  'usage',
  'account',
  'webhooks',
  'accounts',
  'audit',
  'system',
  'status',
] as const;
export type Page = (typeof pages)[number];

export type Place =
  { page: 'explore' } | { page: 'model'; model: string } | { page: 'generation'; request: string } | { page: Page };

/** What a path shows; nothing: it is not the console's. */
export function placeOf(path: string): Place | null {
  const segments = path.split('/').filter(Boolean).map(decodeURIComponent);
  const [first, ...rest] = segments;
  if (first === undefined) return { page: 'explore' };
  if (first === 'models' && rest.length >= 2) return { page: 'model', model: rest.join('/') };
  if (first === 'generations' && rest.length === 1) return { page: 'generation', request: rest[0] as string };
  const page = pages.find((name) => name === first);
  return page && rest.length === 0 ? { page } : null;
}

/** The page that a place is on: a request in detail lies over the list of all. */
export const pageOf = (place: Place) => (place.page === 'generation' ? 'generations' : place.page);

export const explore = () => '/';
export const modelPlace = (id: string, query: Record<string, string> = {}) => {
  const text = new URLSearchParams(query).toString();
  return `/models/${id.split('/').map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
};
export const generationPlace = (id: string) => `/generations/${encodeURIComponent(id)}`;
export const pagePlace = (page: Page) => `/${page}`;
