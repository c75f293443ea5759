-- What a request has paid for, or was about to: one row for each paid call, kept until its request goes.
CREATE TABLE step (
  request     INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
  n           INTEGER NOT NULL,
  state       INTEGER NOT NULL,         -- of StepState
  call        INTEGER NOT NULL,         -- the latest call's number, from 1
  doubts      INTEGER NOT NULL,         -- earlier calls whose answer nobody knows
  engine      TEXT NOT NULL,
  upstream_id TEXT NOT NULL,
  outputs     TEXT NOT NULL,            -- JSON, the worker's own; empty but for done ones
  PRIMARY KEY (request, n)
) STRICT, WITHOUT ROWID;

-- Staged files that outlive their lease because a done step names them.
CREATE TABLE step_blob (
  blob_id TEXT PRIMARY KEY,
  request INTEGER NOT NULL REFERENCES request ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX step_blob_of_request ON step_blob (request);

ALTER TABLE request ADD COLUMN fallbacks TEXT NOT NULL DEFAULT '[]';  -- a JSON array of engines
ALTER TABLE request ADD COLUMN maybe_charged INTEGER NOT NULL DEFAULT 0;
