"""The processes of a centre know of each other."""

from fleet.migrations import run

revision = "0026"
down_revision = "0025"

SQL = """
CREATE TABLE processes (
  name    TEXT PRIMARY KEY,
  role    TEXT NOT NULL,                  -- ingest or console
  number  INTEGER NOT NULL,
  share   INTEGER NOT NULL,               -- of so many
  pid     INTEGER NOT NULL,
  began   REAL NOT NULL,
  beat    REAL NOT NULL,                  -- it lived then
  hearing REAL,                           -- an ingest worker hears since then
  leads   INTEGER NOT NULL                -- it runs the clocks
) STRICT, WITHOUT ROWID;
"""


def upgrade() -> None:
    run(SQL)
