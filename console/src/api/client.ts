// The one way the console calls the server: the API's own calls, with the session's cookie.
import type { Fault, Problem } from './types';

/** The server's answer was an error. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;
  readonly faults: Fault[];
  readonly retryable: boolean;
  readonly retryAfterS: number | null;

  constructor(status: number, problem: Partial<Problem>, retryAfterS: number | null) {
    super(problem.message ?? problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.code = problem.error_code ?? 0;
    this.faults = problem.errors ?? [];
    this.retryable = problem.retryable ?? false;
    this.retryAfterS = retryAfterS;
  }
}

/** No answer came: the network or the server is away. */
export class Unreachable extends Error {}

interface Hooks {
  csrf: () => string | null;
  keyRefused: () => void;
  reachable: (yes: boolean) => void;
}

let hooks: Hooks = { csrf: () => null, keyRefused: () => {}, reachable: () => {} };

/** Who is told of what every call learns; set once by the session. */
export function listen(to: Hooks) {
  hooks = to;
}

export interface Options {
  body?: unknown;
  query?: Record<string, string | number | boolean | null | undefined>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** A 401 is an answer here, not the end of the session. */
  anonymous?: boolean;
}

export function address(path: string, query: Options['query'] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

export async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const headers: Record<string, string> = { ...options.headers };
  const csrf = hooks.csrf();
  if (csrf && method !== 'GET') headers['X-CSRF-Token'] = csrf;
  let body: BodyInit | undefined;
  if (options.body instanceof Blob) {
    body = options.body;
  } else if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(address(path, options.query), { method, headers, body, signal: options.signal });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    hooks.reachable(false);
    throw new Unreachable(String(cause));
  }
  hooks.reachable(true);
  if (response.ok) return response;
  if (response.status === 401 && !options.anonymous) hooks.keyRefused();
  throw await errorOf(response);
}

async function errorOf(response: Response): Promise<ApiError> {
  const after = Number(response.headers.get('Retry-After'));
  let problem: Partial<Problem> = {};
  try {
    problem = (await response.json()) as Partial<Problem>;
  } catch {
    // Not from this server, then: a proxy in front of it. The status has to do.
  }
  return new ApiError(response.status, problem, Number.isFinite(after) && after > 0 ? after : null);
}

export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await send(method, path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export const get = <T>(path: string, options?: Options) => call<T>('GET', path, options);
export const post = <T>(path: string, body?: unknown, options?: Options) => call<T>('POST', path, { ...options, body });
export const patch = <T>(path: string, body: unknown) => call<T>('PATCH', path, { body });
export const remove = (path: string) => call<void>('DELETE', path);

/** Whether an error of a whole collection says that this server has no such call. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 404 || error.status === 405);
}
