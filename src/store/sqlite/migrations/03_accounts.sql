-- Accounts: limits, money, fair shares, and who did what.
ALTER TABLE account ADD COLUMN submits_per_minute INTEGER;
ALTER TABLE account ADD COLUMN reads_per_minute INTEGER;
ALTER TABLE account ADD COLUMN queued_max INTEGER;
ALTER TABLE account ADD COLUMN running_max INTEGER;
ALTER TABLE account ADD COLUMN spend_per_day INTEGER;
ALTER TABLE account ADD COLUMN spend_per_month INTEGER;
ALTER TABLE account ADD COLUMN quota INTEGER;              -- bytes of files; null: the server's
ALTER TABLE account ADD COLUMN prepaid INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN disabled INTEGER;           -- since when

ALTER TABLE api_key ADD COLUMN submits_per_minute INTEGER;
ALTER TABLE api_key ADD COLUMN reads_per_minute INTEGER;
ALTER TABLE api_key ADD COLUMN queued_max INTEGER;
ALTER TABLE api_key ADD COLUMN running_max INTEGER;
ALTER TABLE api_key ADD COLUMN spend_per_day INTEGER;
ALTER TABLE api_key ADD COLUMN spend_per_month INTEGER;

-- How many pictures the price is for.
ALTER TABLE request ADD COLUMN pictures INTEGER NOT NULL DEFAULT 1;

-- A step into it finds the oldest of an account and key.
DROP INDEX request_queue;
CREATE INDEX request_queue ON request (engine, model_id, priority, account, key, id) WHERE state = 0;

ALTER TABLE usage ADD COLUMN provider_cost INTEGER;        -- what an upstream charged; null: none told
CREATE INDEX usage_day ON usage (day);

-- What each account and each key has going on. Written with every commit that changed it.
CREATE TABLE tally (
  owner       BLOB PRIMARY KEY,         -- an account or a key
  queued      INTEGER NOT NULL,
  running     INTEGER NOT NULL,
  reserved    INTEGER NOT NULL,         -- prices of what is queued or running
  balance     INTEGER NOT NULL,         -- an account's: credits less costs
  day         INTEGER NOT NULL,         -- the day and month that …
  spent_day   INTEGER NOT NULL,         -- … these costs are of
  month       INTEGER NOT NULL,
  spent_month INTEGER NOT NULL,
  used        INTEGER NOT NULL,         -- microseconds of workers of late, as of …
  used_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO tally SELECT account, sum(state = 0), sum(state > 0), sum(price), 0, 0, 0, 0, 0, 0, 0
  FROM request WHERE state < 3 GROUP BY account;
INSERT INTO tally SELECT key, sum(state = 0), sum(state > 0), sum(price), 0, 0, 0, 0, 0, 0, 0
  FROM request WHERE state < 3 GROUP BY key;

CREATE TABLE credit (
  row       INTEGER PRIMARY KEY,
  account   BLOB NOT NULL REFERENCES account (id),
  amount    INTEGER NOT NULL,
  note      TEXT NOT NULL,
  reference TEXT,                       -- the payer's; the same one is credited once
  at        INTEGER NOT NULL,
  UNIQUE (account, reference)
) STRICT;

CREATE TABLE audit (
  row     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  account BLOB,                         -- whose; null: nobody's
  key     BLOB,                         -- by which key; null: on the machine itself
  action  TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail  TEXT NOT NULL                 -- JSON
) STRICT;

CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_of_account ON audit (account, row);
