-- Who is signed in at the console, and tokens that sign in once. Both hang on a key and do no more
-- than it may.
CREATE TABLE session (
  row     INTEGER PRIMARY KEY,
  hash    BLOB NOT NULL UNIQUE,         -- SHA-256 of the cookie's value
  key     BLOB NOT NULL REFERENCES api_key (id),
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT;

CREATE INDEX session_of_key ON session (key, row);
CREATE INDEX session_expires ON session (expires);

CREATE TABLE sign_in_token (
  hash    BLOB PRIMARY KEY,             -- SHA-256 of the token
  key     BLOB NOT NULL REFERENCES api_key (id),
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_token_expires ON sign_in_token (expires);
