-- Where a request's states are told, and each telling. A telling is written with the state it tells of, by a trigger on
-- its event, and never changed but for how its sending goes. It ends with its request.

CREATE TABLE webhook (
  request      INTEGER PRIMARY KEY REFERENCES request ON DELETE CASCADE,
  account      BLOB NOT NULL,
  url          TEXT NOT NULL,
  intermediate INTEGER NOT NULL          -- whether states before the end are told too
) STRICT;

CREATE TABLE delivery (
  row     INTEGER PRIMARY KEY,
  account BLOB NOT NULL,
  request INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
  status  TEXT NOT NULL,                 -- as clients see it; each is told once
  state   INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  at      INTEGER NOT NULL,              -- when the state was reached
  outcome INTEGER NOT NULL DEFAULT 0,    -- 0 due, 1 delivered, 2 given up
  begun   INTEGER NOT NULL,              -- what the time for retries counts from
  due     INTEGER NOT NULL,
  tries   INTEGER NOT NULL DEFAULT 0,
  answer  INTEGER,                       -- the last HTTP status
  fault   TEXT NOT NULL DEFAULT '',      -- what went wrong last
  ended   INTEGER,
  UNIQUE (request, status)
) STRICT;

CREATE INDEX delivery_due ON delivery (due) WHERE outcome = 0;
CREATE INDEX delivery_of_account ON delivery (account, row);

CREATE TRIGGER event_is_told AFTER INSERT ON event
WHEN EXISTS (SELECT 1 FROM webhook WHERE request = NEW.request AND (intermediate OR NEW.state >= 3)) BEGIN
  INSERT OR IGNORE INTO delivery (account, request, status, state, attempt, at, begun, due)
  SELECT account, NEW.request,
         CASE WHEN NEW.state = 0 THEN 'in_queue' WHEN NEW.state <= 2 THEN 'in_progress'
              WHEN NEW.state <= 4 THEN 'completed' ELSE 'cancelled' END,
         NEW.state, NEW.attempt, NEW.at, NEW.at, NEW.at
  FROM webhook WHERE request = NEW.request;
END;
