"""People at the console, what they may do, their sessions, and the record of what they did."""

from fleet.migrations import run

revision = "0007"
down_revision = "0006"

SQL = """
CREATE TABLE people (
  login    TEXT PRIMARY KEY,
  name     TEXT NOT NULL,
  password TEXT NOT NULL,                 -- Argon2id, PHC string
  totp     TEXT NOT NULL,                 -- RFC 6238 secret, base 32
  step     INTEGER NOT NULL DEFAULT 0,    -- the last time step that was used: a code is good once
  wrong    INTEGER NOT NULL DEFAULT 0,    -- in a row
  locked   REAL,                          -- until then
  disabled INTEGER NOT NULL DEFAULT 0,
  made     REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
  login TEXT NOT NULL REFERENCES people,
  role  TEXT NOT NULL,
  party TEXT NOT NULL,                    -- or '*'
  PRIMARY KEY (login, role, party)
) STRICT, WITHOUT ROWID;

CREATE TABLE console_sessions (
  token   TEXT PRIMARY KEY,               -- SHA-256 of the cookie
  login   TEXT NOT NULL REFERENCES people,
  form    TEXT NOT NULL,                  -- what every form of it must carry
  began   REAL NOT NULL,
  touched REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- Lines chained by their hashes (fleet/people/record.py); never changed, never deleted.
CREATE TABLE record (
  position INTEGER PRIMARY KEY,
  at       REAL NOT NULL,
  who      TEXT NOT NULL,
  act      TEXT NOT NULL,
  what     TEXT NOT NULL,
  why      TEXT NOT NULL,
  result   TEXT NOT NULL,
  hash     TEXT NOT NULL
) STRICT;
"""


def upgrade() -> None:
    run(SQL)
