-- Files that clients bring: uploads, and the inputs of requests. Equal bytes are kept once within an account; what
-- nothing names any more dies by triggers, whichever way its last name goes.

CREATE TABLE content (
  row          INTEGER PRIMARY KEY,
  account      BLOB NOT NULL,
  sha256       TEXT NOT NULL,
  blob_id      TEXT NOT NULL,
  content_type TEXT NOT NULL,
  bytes        INTEGER NOT NULL,
  width        INTEGER NOT NULL,
  height       INTEGER NOT NULL,
  UNIQUE (account, sha256)
) STRICT;

-- How many bytes an account's contents have together.
CREATE TABLE storage (
  account BLOB PRIMARY KEY,
  bytes   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE upload (
  row     INTEGER PRIMARY KEY,
  id      BLOB NOT NULL UNIQUE,
  account BLOB NOT NULL,
  name    TEXT NOT NULL UNIQUE,          -- the last part of its address
  content INTEGER NOT NULL REFERENCES content,
  created INTEGER NOT NULL
) STRICT;

CREATE INDEX upload_of_account ON upload (account, id);
CREATE INDEX upload_of_content ON upload (content);

CREATE TABLE input_file (
  request INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
  n       INTEGER NOT NULL,              -- its place among the files of the input
  medium  TEXT NOT NULL,                 -- what it must be: "image", "video"
  address TEXT,                          -- while it is to be fetched
  upload  BLOB,                          -- the upload it was named by
  content INTEGER REFERENCES content,    -- once its bytes are here, until nobody needs them
  name    TEXT UNIQUE,                   -- the last part of its address, once its bytes are here
  PRIMARY KEY (request, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX input_file_of_content ON input_file (content) WHERE content IS NOT NULL;
CREATE INDEX input_file_of_upload ON input_file (upload) WHERE upload IS NOT NULL;
CREATE INDEX input_file_pending ON input_file (request, n) WHERE address IS NOT NULL;

-- How many inputs of a request are not here yet; it is claimed when none is missing.
ALTER TABLE request ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
DROP INDEX request_queue;
CREATE INDEX request_queue ON request (engine, model_id, priority, account, key, id) WHERE state = 0 AND waiting = 0;
CREATE INDEX request_waiting ON request (engine, model_id, priority, account, key) WHERE state = 0 AND waiting > 0;

CREATE TRIGGER content_begins AFTER INSERT ON content BEGIN
  INSERT OR IGNORE INTO storage (account, bytes) VALUES (NEW.account, 0);
  UPDATE storage SET bytes = bytes + NEW.bytes WHERE account = NEW.account;
END;

CREATE TRIGGER content_ends AFTER DELETE ON content BEGIN
  UPDATE storage SET bytes = bytes - OLD.bytes WHERE account = OLD.account;
  UPDATE blob SET state = 2, lease = NULL, lost = NULL WHERE id = OLD.blob_id;
END;

-- What has ended needs neither a deleted upload nor an answer from elsewhere.
CREATE TRIGGER upload_ends AFTER DELETE ON upload BEGIN
  UPDATE input_file SET content = NULL
  WHERE upload = OLD.id AND (SELECT state FROM request WHERE row = input_file.request) >= 3;
  DELETE FROM content WHERE row = OLD.content
    AND NOT EXISTS (SELECT 1 FROM upload WHERE content = OLD.content)
    AND NOT EXISTS (SELECT 1 FROM input_file WHERE content = OLD.content);
END;

CREATE TRIGGER request_ends AFTER UPDATE OF state ON request WHEN NEW.state >= 3 AND OLD.state < 3 BEGIN
  UPDATE input_file SET content = NULL
  WHERE request = NEW.row AND upload IS NOT NULL AND NOT EXISTS (SELECT 1 FROM upload WHERE id = input_file.upload);
  UPDATE input_file SET address = NULL WHERE request = NEW.row AND address IS NOT NULL;
END;

CREATE TRIGGER input_file_ends AFTER DELETE ON input_file WHEN OLD.content IS NOT NULL BEGIN
  DELETE FROM content WHERE row = OLD.content
    AND NOT EXISTS (SELECT 1 FROM upload WHERE content = OLD.content)
    AND NOT EXISTS (SELECT 1 FROM input_file WHERE content = OLD.content);
END;

CREATE TRIGGER input_file_lets_go AFTER UPDATE OF content ON input_file
WHEN OLD.content IS NOT NULL AND NEW.content IS NULL BEGIN
  DELETE FROM content WHERE row = OLD.content
    AND NOT EXISTS (SELECT 1 FROM upload WHERE content = OLD.content)
    AND NOT EXISTS (SELECT 1 FROM input_file WHERE content = OLD.content);
END;
