"""Tickets for bad ratings (差评工单): what happened to each, and how it stands. No column identifies anybody."""

from fleet.migrations import run

revision = "0011"
down_revision = "0010"

SQL = """
-- How each ticket stands, written with each act: it could be made anew from the acts. Days are China's, YYYY-MM-DD.
CREATE TABLE tickets (
  ticket      INTEGER PRIMARY KEY,
  rating      INTEGER NOT NULL UNIQUE REFERENCES ratings,
  party       TEXT NOT NULL,              -- whom the rating is about; empty until its case is there
  side        TEXT NOT NULL CHECK (side IN ('intake', 'home')),
  level       INTEGER NOT NULL CHECK (level IN (1, 2)),
  named       INTEGER NOT NULL,
  opened      REAL NOT NULL,
  day         TEXT NOT NULL,              -- it was opened on
  state       TEXT NOT NULL,
  position    INTEGER NOT NULL,
  term        TEXT,                       -- that runs; null: closed
  whose       TEXT CHECK (whose IN ('unit', 'centre')),
  due         TEXT,
  warns       TEXT,
  estimate    INTEGER NOT NULL,
  rectify_due TEXT NOT NULL,              -- to count as mended in time
  outcome     TEXT,
  settled     TEXT,
  called      TEXT,
  satisfaction TEXT,
  appeal      TEXT CHECK (appeal IN ('waiting', 'upheld', 'rejected'))
) STRICT;
CREATE INDEX tickets_by_due ON tickets (due) WHERE term IS NOT NULL;
CREATE INDEX tickets_by_day ON tickets (day);
CREATE TRIGGER tickets_stay BEFORE UPDATE OF ticket, rating, side, level, named, opened, day ON tickets
  BEGIN SELECT raise(ABORT, 'what opened a ticket is not changed'); END;
CREATE TRIGGER tickets_are_kept BEFORE DELETE ON tickets BEGIN SELECT raise(ABORT, 'a ticket is not deleted'); END;

CREATE TABLE ticket_acts (
  ticket   INTEGER NOT NULL REFERENCES tickets,
  position INTEGER NOT NULL,
  act      BLOB NOT NULL,                 -- domain.rating.ticket_acts, JSON
  PRIMARY KEY (ticket, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER ticket_acts_stay BEFORE UPDATE ON ticket_acts BEGIN SELECT raise(ABORT, 'an act is not changed'); END;
CREATE TRIGGER ticket_acts_are_kept BEFORE DELETE ON ticket_acts BEGIN SELECT raise(ABORT, 'an act is not deleted'); END;
"""


def upgrade() -> None:
    run(SQL)
