"""Commands to terminals, and what is wanted of them."""

from fleet.migrations import run

revision = "0003"
down_revision = "0002"

SQL = """
-- State as of now; how it came there stands in command_log. A result of the terminal always has the last word.
CREATE TABLE commands (
  id       TEXT PRIMARY KEY,
  terminal TEXT NOT NULL,
  op       TEXT NOT NULL,
  body     BLOB NOT NULL,                 -- the operation with its arguments, JSON
  by       TEXT NOT NULL,
  why      TEXT NOT NULL,
  made     REAL NOT NULL,
  expires  REAL NOT NULL,
  state    TEXT NOT NULL CHECK (
    state IN ('queued', 'sent', 'accepted', 'running', 'succeeded', 'failed', 'rejected', 'expired', 'canceled')
  ),
  reason   TEXT,
  detail   TEXT,
  sent     REAL,                          -- last handed to the broker
  sends    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX commands_open ON commands (terminal, made) WHERE state IN ('queued', 'sent', 'accepted', 'running');
CREATE INDEX commands_by_time ON commands (made);

CREATE VIEW open_commands AS SELECT * FROM commands WHERE state IN ('queued', 'sent', 'accepted', 'running');

-- Who, what, why and when: never changed, never deleted.
CREATE TABLE command_log (
  position INTEGER PRIMARY KEY,
  command  TEXT NOT NULL REFERENCES commands,
  at       REAL NOT NULL,
  state    TEXT NOT NULL,
  by       TEXT,                          -- staff; null: the terminal or the centre itself
  reason   TEXT
) STRICT;
CREATE TRIGGER command_log_stays BEFORE UPDATE ON command_log
BEGIN SELECT raise(ABORT, 'the log of commands is not changed'); END;
CREATE TRIGGER command_log_is_kept BEFORE DELETE ON command_log
BEGIN SELECT raise(ABORT, 'the log of commands is not deleted'); END;

-- Publications, each a new revision; a terminal is wanted to have the newest that names it. Bodies lie in files by their digest.
CREATE TABLE desired (
  what     TEXT NOT NULL CHECK (what IN ('catalogue', 'settings', 'notices')),
  rev      INTEGER NOT NULL,
  target   TEXT NOT NULL,                 -- '*', '@group' or a terminal
  sha256   TEXT NOT NULL,
  size     INTEGER NOT NULL,
  since    TEXT,
  by       TEXT NOT NULL,
  why      TEXT NOT NULL,
  made     REAL NOT NULL,
  PRIMARY KEY (what, rev)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER desired_stays BEFORE UPDATE ON desired BEGIN SELECT raise(ABORT, 'a publication is not changed'); END;
CREATE TRIGGER desired_is_kept BEFORE DELETE ON desired BEGIN SELECT raise(ABORT, 'a publication is not deleted'); END;

-- What each terminal said last of it, by its own sequence.
CREATE TABLE reported (
  terminal TEXT NOT NULL,
  what     TEXT NOT NULL,
  rev      INTEGER NOT NULL,
  state    TEXT NOT NULL,
  reason   TEXT,
  detail   TEXT,
  epoch    TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  received REAL NOT NULL,
  PRIMARY KEY (terminal, what)
) STRICT, WITHOUT ROWID;
"""


def upgrade() -> None:
    run(SQL)
