// The event stream of one request, kept open until it is done.
import { eventsAddress } from './calls';
import type { Progress, RequestResult, Status } from './types';

export interface Listener {
  status: (event: { status: Status; queue_position?: number; attempt: number }) => void;
  progress: (event: Progress) => void;
  preview: (event: { image: string }) => void;
  done: (result: RequestResult) => void;
  /** The stream is closed for good (deleted, signed out): ask for the state instead. */
  closed: () => void;
}

/** Opens the stream; the answer ends it. A broken connection is resumed by the browser. */
export function follow(id: string, to: Listener): () => void {
  const source = new EventSource(eventsAddress(id));
  const on = <K extends 'status' | 'progress' | 'preview' | 'done'>(kind: K) => {
    source.addEventListener(kind, (event) => {
      if (kind === 'done') source.close();
      (to[kind] as (data: unknown) => void)(JSON.parse((event as MessageEvent<string>).data));
    });
  };
  on('status');
  on('progress');
  on('preview');
  on('done');
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) to.closed();
  });
  return () => source.close();
}
