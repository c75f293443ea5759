-- Each part runs once, in order, in one transaction with the version it brings (PRAGMA
-- user_version). A part that has been released never changes; what is new is a part of its own, in
-- migrations/.
--
-- Identifiers are the 16 bytes of the UUID. Times are microseconds since 1970, UTC. States,
-- priorities, roles and outcomes are the numbers of their enums in request/ and store/.
-- Public ids rise with time and rows are numbered, so that inserts append to every index.

-- version 1
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE request (
  row       INTEGER PRIMARY KEY,
  id        BLOB NOT NULL UNIQUE,
  account   BLOB NOT NULL,
  key       BLOB NOT NULL,
  model_id  TEXT NOT NULL,
  engine    TEXT NOT NULL,
  priority  INTEGER NOT NULL,
  state     INTEGER NOT NULL,
  attempt   INTEGER NOT NULL DEFAULT 0,
  losses    INTEGER NOT NULL DEFAULT 0,
  created   INTEGER NOT NULL,
  started   INTEGER,
  finished  INTEGER,
  expires   INTEGER,
  start_by  INTEGER,
  finish_by INTEGER,
  retention INTEGER,
  price     INTEGER NOT NULL,
  cost      INTEGER NOT NULL DEFAULT 0,
  tags      TEXT NOT NULL,              -- a JSON array
  error     TEXT NOT NULL DEFAULT '',
  metadata  TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX request_of_account ON request (account, id);

-- What claim() walks: only what is queued is in it, so its size is the queue's, and the first
-- entry of an engine and model is the next one due.
CREATE INDEX request_queue ON request (engine, model_id, priority DESC, id) WHERE state = 0;

CREATE INDEX request_start_by ON request (start_by) WHERE start_by IS NOT NULL AND state = 0 AND attempt = 0;
CREATE INDEX request_finish_by ON request (finish_by) WHERE finish_by IS NOT NULL AND state < 3;
CREATE INDEX request_expires ON request (expires) WHERE expires IS NOT NULL;

-- Apart from its request: a change of state rewrites the request's row, and an input may be large.
CREATE TABLE input (
  request INTEGER PRIMARY KEY REFERENCES request ON DELETE CASCADE,
  text    TEXT NOT NULL
) STRICT;

CREATE TABLE event (
  request  INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
  sequence INTEGER NOT NULL,            -- rises over all requests; the last one is in meta
  state    INTEGER NOT NULL,
  attempt  INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (request, sequence)
) STRICT, WITHOUT ROWID;

-- A lease that was lost has no row; one that was finished keeps it, so that a repeated finish can
-- be answered.
CREATE TABLE lease (
  row        INTEGER PRIMARY KEY,
  id         BLOB NOT NULL UNIQUE,
  request    INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
  credential TEXT NOT NULL,
  own        INTEGER NOT NULL,
  worker_id  TEXT NOT NULL,
  claim_id   TEXT NOT NULL,
  outcome    INTEGER,                   -- of the finish; null while the lease lasts
  end_state  INTEGER                    -- the request's state after it
) STRICT;

CREATE INDEX lease_of_request ON lease (request);
CREATE UNIQUE INDEX lease_live ON lease (request) WHERE outcome IS NULL;
CREATE INDEX lease_claim ON lease (credential, claim_id) WHERE outcome IS NULL;

CREATE TABLE output (
  request      INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
  thumbnail    INTEGER NOT NULL,
  n            INTEGER NOT NULL,
  blob_id      TEXT NOT NULL,
  name         TEXT NOT NULL UNIQUE,
  content_type TEXT NOT NULL,
  bytes        INTEGER NOT NULL,
  sha256       TEXT NOT NULL,
  width        INTEGER NOT NULL,
  height       INTEGER NOT NULL,
  PRIMARY KEY (request, thumbnail, n)
) STRICT, WITHOUT ROWID;

-- Every blob that may be in the ArtifactStore. A staged row commits before the bytes appear; a
-- dead one before they go. Dead never revives.
CREATE TABLE blob (
  id    TEXT PRIMARY KEY,
  state INTEGER NOT NULL,               -- 0 staged, 1 live, 2 dead
  lease BLOB,                           -- while staged: whose it is
  lost  INTEGER                         -- while staged: when its lease was lost
) STRICT, WITHOUT ROWID;

CREATE INDEX blob_staged ON blob (lease) WHERE state = 0;
CREATE INDEX blob_lost ON blob (lost) WHERE state = 0 AND lost IS NOT NULL;
CREATE INDEX blob_dead ON blob (id) WHERE state = 2;

CREATE TABLE idempotency (
  account     BLOB NOT NULL,
  key         TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  request     BLOB NOT NULL,            -- its id; the request itself may be deleted
  created     INTEGER NOT NULL,
  PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_created ON idempotency (created);

-- One row for each request that ended. It outlives the request and does not name it.
CREATE TABLE usage (
  row      INTEGER PRIMARY KEY,
  account  BLOB NOT NULL,
  day      INTEGER NOT NULL,            -- since 1970-01-01, UTC
  key      BLOB NOT NULL,
  model_id TEXT NOT NULL,
  engine   TEXT NOT NULL,
  tags     TEXT NOT NULL,
  state    INTEGER NOT NULL,
  pictures INTEGER NOT NULL,
  cost     INTEGER NOT NULL
) STRICT;

CREATE INDEX usage_of_account ON usage (account, day);

CREATE TABLE account (
  row       INTEGER PRIMARY KEY,
  id        BLOB NOT NULL UNIQUE,
  name      TEXT NOT NULL,
  created   INTEGER NOT NULL,
  retention INTEGER
) STRICT;

CREATE TABLE api_key (
  row              INTEGER PRIMARY KEY,
  id               BLOB NOT NULL UNIQUE,
  account          BLOB NOT NULL REFERENCES account (id),
  name             TEXT NOT NULL,
  role             INTEGER NOT NULL,
  hint             TEXT NOT NULL,
  hash             BLOB NOT NULL UNIQUE,
  highest_priority INTEGER NOT NULL,
  created          INTEGER NOT NULL,
  expires          INTEGER,
  last_used        INTEGER,
  revoked          INTEGER
) STRICT;

CREATE INDEX api_key_of_account ON api_key (account, id);

CREATE TABLE secret (
  name   TEXT PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
