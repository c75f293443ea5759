// Where the person is. Links are ordinary links; a click on one of ours changes the page in place.
import { pageOf, placeOf, type Place } from './places';

interface Where {
  place: Place | null;
  query: URLSearchParams;
}

const read = (): Where => ({ place: placeOf(location.pathname), query: new URLSearchParams(location.search) });

let where = $state.raw<Where>(read());
const leaving = new Set<() => void>();

export const route = {
  get place() {
    return where.place;
  },
  get query() {
    return where.query;
  },
};

/** Goes to one of the console's addresses. `replace`: the address changes, the way back does not. */
export function go(to: string, how: { replace?: boolean } = {}) {
  const before = where.place;
  if (how.replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  where = read();
  if (!isSamePage(before, where.place)) {
    leaving.forEach((tell) => tell());
    window.scrollTo(0, 0);
  }
}

function isSamePage(one: Place | null, other: Place | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.page === 'model' && other.page === 'model') return one.model === other.model;
  return pageOf(one) === pageOf(other);
}

/** Tells when another page is shown, for what has to be closed or focused then. */
export function onLeave(tell: () => void): () => void {
  leaving.add(tell);
  return () => leaving.delete(tell);
}

/** Takes the clicks on the console's own links. Called once, with the document. */
export function takeLinks(root: Document) {
  window.addEventListener('popstate', () => {
    where = read();
    leaving.forEach((tell) => tell());
  });
  root.addEventListener('click', (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = (event.target as Element).closest('a');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (!placeOf(link.pathname)) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
