// What a request would cost and make, before it is made: asked of the server while the form changes.
import * as api from '../../api/calls';
import { ApiError } from '../../api/client';
import type { DryRun, Fault, Input } from '../../api/types';

/** How long the form must rest before it is asked about. */
const kRest_ms = 350;

export class Quote {
  value = $state.raw<DryRun | null>(null);
  faults = $state.raw<Fault[]>([]);
  /** Why there is no price although the form has no fault: no worker, refused words, … */
  refusal = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = new AbortController();

  ask(model: string, input: Input) {
    clearTimeout(this.#timer);
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.#timer = setTimeout(() => void this.#fetch(model, input, signal), kRest_ms);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#asking.abort();
  }

  async #fetch(model: string, input: Input, signal: AbortSignal) {
    try {
      this.value = await api.dryRun(model, input, signal);
      this.faults = [];
      this.refusal = null;
    } catch (error) {
      if (signal.aborted) return;
      this.value = null;
      this.faults = error instanceof ApiError ? error.faults : [];
      this.refusal = error instanceof ApiError && error.faults.length === 0 ? error.message : null;
    }
  }
}
