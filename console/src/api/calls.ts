// The calls of the API by name.
import { address, get, patch, post, remove, send } from './client';
import type * as T from './types';

const part = encodeURIComponent;
/** A model's id keeps its slashes in an address. */
const modelPath = (id: string) => `/v1/models/${id.split('/').map(part).join('/')}`;
const requestPath = (id: string, what = '') => `/v1/requests/${part(id)}${what}`;

export const models = (query: { search?: string; category?: string; kind?: string } = {}) =>
  get<T.ModelList>('/v1/models', { query: { ...query, limit: 200 } });
export const categories = () => get<{ categories: string[] }>('/v1/models/categories');
export const model = (id: string) => get<T.Model>(modelPath(id));

export const submit = (id: string, input: T.Input, idempotencyKey: string) =>
  post<T.Submitted>(modelPath(id), input, { headers: { 'Idempotency-Key': idempotencyKey } });
export const dryRun = (id: string, input: T.Input, signal: AbortSignal) =>
  post<T.DryRun>(modelPath(id), input, { query: { dry_run: true }, signal });

export interface HistoryFilter {
  status?: string;
  model_id?: string;
  q?: string;
  tags?: string;
}
export const requests = (filter: HistoryFilter & { limit?: number; cursor?: string | null } = {}) =>
  get<T.RequestList>('/v1/requests', { query: { ...filter } });
export const request = (id: string) => get<T.RequestDetail>(requestPath(id));
export const requestStatus = (id: string) => get<T.RequestStatus>(requestPath(id, '/status'));
export const result = (id: string) =>
  get<T.RequestResult>(requestPath(id, '/result'), { query: { include_cost: true } });
export const cancel = (id: string) =>
  post<T.Cancelled>(requestPath(id, '/cancel'), undefined, { query: { running: true } });
export const deleteRequest = (id: string) => remove(requestPath(id));
export const eventsAddress = (id: string) => requestPath(id, '/events');

export const files = (cursor?: string | null) => get<T.FileList>('/v1/files', { query: { limit: 100, cursor } });
export const upload = async (file: Blob): Promise<T.StoredFile> => {
  const headers = { 'Content-Type': file.type || 'application/octet-stream' };
  return (await send('POST', '/v1/files', { body: file, headers })).json();
};
export const deleteFile = (id: string) => remove(`/v1/files/${part(id)}`);

export const keys = () => get<{ keys: T.Key[] }>('/v1/keys');
export const makeKey = (wish: Record<string, unknown>) => post<T.NewKey>('/v1/keys', wish);
export const revokeKey = (id: string) => remove(`/v1/keys/${part(id)}`);

export const account = () => get<T.Account>('/v1/account');
export const accounts = () => get<{ accounts: T.Account[] }>('/v1/accounts');
export const makeAccount = (wish: Record<string, unknown>) => post<T.Account>('/v1/accounts', wish);
export const changeAccount = (id: string, change: Record<string, unknown>) =>
  patch<T.Account>(`/v1/accounts/${part(id)}`, change);
export const makeAccountKey = (id: string, wish: Record<string, unknown>) =>
  post<T.NewKey>(`/v1/accounts/${part(id)}/keys`, wish);

export const addCredit = (id: string, credit: { amount_usd: number; note: string }) =>
  post<T.Credit & { balance_usd: number }>(`/v1/accounts/${part(id)}/credits`, credit);

export interface UsageQuery {
  from: string;
  to: string;
  group_by: string;
}
export const usage = (query: UsageQuery) => get<T.Usage>('/v1/usage', { query: { ...query } });
export const usageTableAddress = (query: UsageQuery) => address('/v1/usage', { ...query, format: 'csv' });

export const webhookSecret = () => get<T.WebhookSecret>('/v1/webhook-secret');
export const rotateWebhookSecret = () => post<T.WebhookSecret>('/v1/webhook-secret/rotate');
export const deliveries = () => get<{ deliveries: T.Delivery[] }>('/v1/webhook-deliveries', { query: { limit: 100 } });
export const redeliver = (id: string) => post<T.Delivery>(`/v1/webhook-deliveries/${part(id)}/redeliver`);

export interface AuditFilter {
  account_id?: string;
  action?: string;
}
export const audit = (filter: AuditFilter, cursor: string | null) =>
  get<T.AuditList>('/v1/audit', { query: { ...filter, limit: 50, cursor } });
export const system = () => get<T.System>('/v1/system');
export const publicStatus = () => get<T.PublicStatus>('/status.json', { anonymous: true });

export const session = () => get<T.Session>('/v1/sessions', { anonymous: true });
export const signIn = (by: { key: string } | { token: string }) =>
  post<T.Session>('/v1/sessions', by, { anonymous: true });
export const signOut = () => remove('/v1/sessions');
