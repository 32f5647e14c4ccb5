"""Tokens of programs: each an account's, with grants of its own that are never wider."""

from fleet.migrations import run

revision = "0015"
down_revision = "0014"

SQL = """
CREATE TABLE tokens (
  id      TEXT PRIMARY KEY,
  owner   TEXT NOT NULL REFERENCES people,
  name    TEXT NOT NULL,                  -- which program
  hash    TEXT NOT NULL,                  -- SHA-256 of the token
  made    REAL NOT NULL,
  by      TEXT NOT NULL,
  expires REAL NOT NULL,
  used    REAL,
  revoked REAL
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_owner ON tokens (owner, made);

CREATE TABLE token_grants (
  token TEXT NOT NULL REFERENCES tokens,
  role  TEXT NOT NULL,
  party TEXT NOT NULL,
  PRIMARY KEY (token, role, party)
) STRICT, WITHOUT ROWID;
"""


def upgrade() -> None:
    run(SQL)
