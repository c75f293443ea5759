// The history, page after page, as far as somebody has looked.
import * as api from '../api/calls';
import type { HistoryFilter } from '../api/calls';
import type { ListedRequest } from '../api/types';

const kPage = 100;

export class History {
  list = $state.raw<ListedRequest[]>([]);
  error = $state.raw<unknown>(null);
  busy = $state(false);
  /** There is nothing older. */
  complete = $state(false);
  #filter: HistoryFilter = {};
  #cursor: string | null = null;
  #turn = 0;

  /** Begins anew with another filter. */
  async find(filter: HistoryFilter) {
    this.#filter = filter;
    this.#cursor = null;
    this.#turn += 1;
    this.complete = false;
    await this.#fetch([]);
  }

  async more() {
    if (this.busy || this.complete || this.error) return;
    await this.#fetch(this.list);
  }

  async retry() {
    this.error = null;
    await this.#fetch(this.#cursor ? this.list : []);
  }

  /** What is new or has changed among the newest, without losing the place. */
  async refresh() {
    if (this.busy) return;
    const turn = this.#turn;
    const { requests } = await api.requests({ ...this.#filter, limit: kPage });
    if (turn !== this.#turn) return;
    const fresh = new Map(requests.map((request) => [request.request_id, request]));
    const known = new Set(this.list.map((request) => request.request_id));
    this.list = [
      ...requests.filter((request) => !known.has(request.request_id)),
      ...this.list.map((request) => fresh.get(request.request_id) ?? request),
    ];
  }

  forget(ids: Set<string>) {
    this.list = this.list.filter((request) => !ids.has(request.request_id));
  }

  get unfinished() {
    return this.list.some((request) => request.status === 'in_queue' || request.status === 'in_progress');
  }

  async #fetch(before: ListedRequest[]) {
    const turn = this.#turn;
    this.busy = true;
    try {
      const page = await api.requests({ ...this.#filter, limit: kPage, cursor: this.#cursor });
      if (turn !== this.#turn) return;
      const known = new Set(before.map((request) => request.request_id));
      this.list = [...before, ...page.requests.filter((request) => !known.has(request.request_id))];
      this.#cursor = page.next_cursor;
      this.complete = page.next_cursor === null;
      this.error = null;
    } catch (error) {
      if (turn === this.#turn) this.error = error;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}
