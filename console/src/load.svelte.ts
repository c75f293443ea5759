// Something that is being fetched: there, on its way, or an error, never two of them at once.

export class Load<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<unknown>(null);
  busy = $state(false);
  #turn = 0;
  readonly #fetch: () => Promise<T>;

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch;
  }

  /** Fetches (again). What was there stays until the new is there; only the latest answer counts. */
  async run() {
    const turn = ++this.#turn;
    this.busy = true;
    try {
      const value = await this.#fetch();
      if (turn !== this.#turn) return;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.error = error;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}

/** Fetches at once. */
export function load<T>(fetch: () => Promise<T>): Load<T> {
  const made = new Load(fetch);
  void made.run();
  return made;
}
