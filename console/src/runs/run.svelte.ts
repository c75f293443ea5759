// One request while a person looks at it: from the click to the pictures.
import * as api from '../api/calls';
import { ApiError, Unreachable } from '../api/client';
import { follow } from '../api/events';
import type { Input, Problem, Progress, RequestResult, Status } from '../api/types';

/** How often the queue place is asked for; the stream tells everything else. */
const kQueuePoll_ms = 2000;
/** How long after the stream broke for good, or the server was away, the state is asked for again. */
const kRetry_ms = 1500;

export type Phase = 'submitting' | Status | 'failed' | 'gone';

export class Run {
  readonly model: string;
  id = $state<string | null>(null);
  phase = $state<Phase>('submitting');
  queuePlace = $state<number | null>(null);
  progress = $state<Progress | null>(null);
  preview = $state<string | null>(null);
  input = $state.raw<Input | null>(null);
  result = $state.raw<RequestResult | null>(null);
  error = $state.raw<Problem | null>(null);
  startsAt = $state<string | null>(null);
  endsAt = $state<string | null>(null);
  attempt = $state(0);
  cancelling = $state(false);

  #stop: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(model: string) {
    this.model = model;
  }

  get isOver() {
    return ['completed', 'failed', 'cancelled', 'gone'].includes(this.phase);
  }

  /** Follows a request that exists. */
  attach(id: string) {
    this.id = id;
    this.phase = 'in_queue';
    void this.#ask();
    this.#listen();
  }

  /** Nobody looks any more. The request itself goes on. */
  detach() {
    this.#ended = true;
    this.#stop?.();
    clearTimeout(this.#timer);
  }

  async cancel() {
    if (!this.id || this.isOver) return;
    this.cancelling = true;
    try {
      const answer = await api.cancel(this.id);
      if (answer.status === 'cancelled') this.#finish('cancelled');
    } finally {
      this.cancelling = false;
    }
  }

  #listen() {
    const id = this.id as string;
    this.#stop = follow(id, {
      status: (event) => {
        if (this.isOver) return;
        this.phase = event.status;
        this.attempt = event.attempt;
        this.queuePlace = event.queue_position ?? null;
        if (event.status === 'in_queue') this.progress = this.preview = null;
      },
      progress: (event) => (this.progress = event),
      preview: (event) => (this.preview = event.image),
      done: (result) => this.#show(result),
      closed: () => this.#again(),
    });
  }

  #again() {
    if (this.#ended || this.isOver) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#ask();
      this.#stop?.();
      this.#listen();
    }, kRetry_ms);
  }

  /** The state as it is now: what the request was made with, its place in the queue, the times. */
  async #ask() {
    const id = this.id as string;
    try {
      const now = this.input ? await api.requestStatus(id) : await this.#whole(id);
      if (this.#ended || this.isOver) return;
      this.phase = now.status;
      this.queuePlace = now.queue_position ?? null;
      this.startsAt = now.estimated_start_at ?? null;
      this.endsAt = now.estimated_finish_at ?? null;
      this.attempt = now.attempt ?? 0;
      if (now.progress) this.progress = now.progress;
      if (now.status === 'completed' || now.status === 'cancelled') this.#show(await api.result(id));
      else this.#timer = setTimeout(() => void this.#ask(), kQueuePoll_ms);
    } catch (error) {
      if (this.#ended) return;
      if (error instanceof ApiError && (error.status === 404 || error.status === 400)) this.#finish('gone');
      else if (error instanceof Unreachable || (error instanceof ApiError && error.status >= 429))
        this.#timer = setTimeout(() => void this.#ask(), kRetry_ms);
    }
  }

  async #whole(id: string) {
    const all = await api.request(id);
    this.input = all.input;
    return all;
  }

  #show(result: RequestResult) {
    this.result = result;
    this.error = result.error ?? null;
    this.#finish(result.status === 'succeeded' ? 'completed' : result.status === 'failed' ? 'failed' : 'cancelled');
  }

  #finish(phase: Phase) {
    this.phase = phase;
    this.preview = null;
    this.#stop?.();
    clearTimeout(this.#timer);
  }
}

/** Submits, once even if the first answer is lost on the way, and follows. */
export async function start(model: string, input: Input): Promise<Run> {
  const run = new Run(model);
  const key = crypto.randomUUID();
  let submitted;
  try {
    submitted = await api.submit(model, input, key);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    submitted = await api.submit(model, input, key);
  }
  run.input = input;
  run.attach(submitted.request_id);
  return run;
}
