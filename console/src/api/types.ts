// What the public API answers, as far as the console reads it. One place; names are the API's own.
// Members that a server may leave out are optional: the API only ever adds.

export type Role = 'user' | 'admin' | 'worker';
export type Status = 'in_queue' | 'in_progress' | 'completed' | 'cancelled';
export type Outcome = 'succeeded' | 'failed';

export interface Fault {
  pointer: string;
  rule: string;
  message: string;
}

export interface Problem {
  error_code: number;
  message: string;
  title: string;
  type: string;
  status: number;
  retryable: boolean;
  errors?: Fault[];
}

export interface Session {
  account: { account_id: string; name: string };
  key: { key_id: string; name: string };
  role: Role;
  expires_at: string | null;
  csrf_token: string | null;
}

/** A JSON Schema as the catalogue uses it. */
export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  format?: string;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  required?: string[];
  properties?: Record<string, Schema>;
}

export interface Model {
  model_id: string;
  display_name: string;
  description: string;
  categories: string[];
  kind: string;
  base_price_usd: number;
  price_unit: string;
  pricing_note: string;
  model_url: string;
  inputs: string[];
  required_inputs: string[];
  input_schema?: Schema;
  output_schema?: Schema;
  available: boolean;
  unavailable_because?: string;
}

export interface ModelList {
  models: Model[];
  total: number;
}

export type Input = Record<string, unknown>;

export interface DryRun {
  engine: string;
  input: Input;
  price_usd: number;
  pictures: number;
  width: number;
  height: number;
  aspect_ratio: string;
  estimated_run_ms: number | null;
}

export interface Submitted {
  request_id: string;
}

export interface Progress {
  stage: string;
  step: number;
  steps: number;
  percent: number;
}

export interface RequestStatus {
  request_id: string;
  status: Status;
  outcome?: Outcome;
  model_id: string;
  queue_position?: number;
  progress?: Progress;
  error?: Problem;
  created_at: string;
  started_at?: string;
  finished_at?: string;
  attempt?: number;
  estimated_start_at?: string;
  estimated_finish_at?: string;
}

export interface Picture {
  url: string;
  width: number;
  height: number;
  content_type: string;
  bytes: number;
  seed?: number;
  native?: unknown;
}

export interface ResultMetadata {
  engine?: string;
  images: Picture[];
  seeds?: number[];
  queue_ms?: number;
  run_ms?: number;
  attempts?: number;
  cost_usd?: number;
  expires_at?: string | null;
  [more: string]: unknown;
}

export interface RequestResult {
  request_id: string;
  status: Status | Outcome;
  model_id: string;
  output?: { image?: string; images?: string[]; video?: string; videos?: string[] };
  error?: Problem;
  metadata?: ResultMetadata;
  created_at: string;
  started_at?: string;
  finished_at?: string;
  cost?: number;
}

/** All of a request. */
export interface RequestDetail extends RequestStatus {
  input: Input | null;
  engine: string;
  priority: string;
  tags: string[];
  expires_at: string | null;
  result: RequestResult | null;
}

/** A line of the history. */
export interface ListedRequest extends RequestStatus {
  prompt?: string;
  tags: string[];
  thumbnail_url: string | null;
  images: number;
}

export interface RequestList {
  requests: ListedRequest[];
  next_cursor: string | null;
}

export interface Cancelled {
  request_id: string;
  status: Status;
  outcome: 'cancelled' | 'not_cancellable';
}

export interface StoredFile {
  file_id: string;
  url: string;
  bytes: number;
  sha256: string;
  content_type: string;
  width: number | null;
  height: number | null;
  created_at: string;
}

export interface FileList {
  files: StoredFile[];
  next_cursor: string | null;
  bytes_used: number;
  bytes_quota: number | null;
}

export interface Key {
  key_id: string;
  name: string;
  role: Role;
  hint: string;
  priority: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
  limits?: Limits;
}

export interface NewKey extends Key {
  key: string;
}

/** Names and values as the server gives them; a null is no limit. */
export type Limits = Record<string, number | null>;

/** What an account or a key uses now. */
export interface Standing {
  queued: number;
  running: number;
  reserved_usd: number;
  spent_today_usd: number;
  spent_this_month_usd: number;
}

export interface Account extends Standing {
  account_id: string;
  name: string;
  created_at: string;
  disabled_at: string | null;
  prepaid: boolean;
  balance_usd: number;
  /** -1: for ever; null: as the server has it. */
  retention_s: number | null;
  quota_bytes: number | null;
  limits: Limits;
}

export interface Credit {
  amount_usd: number;
  note: string;
  reference: string | null;
  at: string;
}

export interface UsageRow {
  group: string;
  requests: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  pictures: number;
  cost_usd: number;
  provider_cost_usd: number;
}

export interface Usage {
  from: string;
  to: string;
  group_by: string;
  usage: UsageRow[];
}

export interface WebhookSecret {
  secret: string;
  previous_valid_until: string | null;
}

export interface Delivery {
  delivery_id: string;
  request_id: string;
  url: string;
  status: Status;
  outcome: 'due' | 'delivered' | 'given_up';
  tries: number;
  last_answer: number | null;
  last_fault: string | null;
  created_at: string;
  next_try_at: string | null;
  ended_at: string | null;
}

export interface SystemWorker {
  worker_id: string;
  engine: string;
  models: string[];
  own: boolean;
  seen_s_ago: number;
}

export interface System {
  version: string;
  processors: number;
  draining: boolean;
  workers: SystemWorker[];
  queues: { model_id: string; engine: string; in_queue: number; in_progress: number }[];
  free_bytes: number | null;
}

export interface AuditEntry {
  at: string;
  account_id: string | null;
  key_id: string | null;
  action: string;
  subject: string;
  detail: Record<string, unknown> | null;
}

export interface AuditList {
  entries: AuditEntry[];
  next_cursor: string | null;
}

/** How a model was on one day (UTC); `available`: the share of it, null: not known. */
export interface ModelDay {
  day: string;
  available: number | null;
  succeeded: number;
  failed: number;
}

export interface ModelStatus {
  model_id: string;
  available: boolean;
  days: ModelDay[];
}

export interface PublicStatus {
  status: string;
  models: ModelStatus[];
}
