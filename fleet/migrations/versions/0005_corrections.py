"""Errors windows found in the catalogue (纠错)."""

from fleet.migrations import run

revision = "0005"
down_revision = "0004"

SQL = """
CREATE TABLE corrections (
  terminal  TEXT NOT NULL,
  epoch     TEXT NOT NULL,
  sequence  INTEGER NOT NULL,
  home      TEXT NOT NULL,
  told      BLOB NOT NULL,                -- mqtt.messages.ItemError, JSON
  received  REAL NOT NULL,
  PRIMARY KEY (terminal, epoch, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX corrections_by_home ON corrections (home, received);
CREATE INDEX corrections_by_arrival ON corrections (received);
"""


def upgrade() -> None:
    run(SQL)
