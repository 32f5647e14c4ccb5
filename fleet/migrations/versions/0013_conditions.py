"""Conditions: what stands about each terminal, since when and until when; samples for curves; what the board is to read anew."""

from fleet.migrations import run

revision = "0013"
down_revision = "0012"

SQL = """
-- fleet/board/conditions.py. Of one name at most one is open; since never moves, and what is closed never changes.
CREATE TABLE conditions (
  id       INTEGER PRIMARY KEY,
  terminal TEXT NOT NULL,                 -- '': the centre itself
  code     TEXT NOT NULL,
  subject  TEXT NOT NULL,                 -- of which device, or of which kind of thing wanted
  detail   TEXT NOT NULL,                 -- a code
  grade    TEXT NOT NULL CHECK (grade IN ('bad', 'warning', 'unknown', 'off')),
  since    REAL NOT NULL,
  until    REAL CHECK (until >= since)
) STRICT;
CREATE UNIQUE INDEX conditions_open ON conditions (terminal, code, subject, detail) WHERE until IS NULL;
CREATE INDEX conditions_by_name ON conditions (terminal, code, subject, detail, until);
CREATE INDEX conditions_by_time ON conditions (terminal, since);
CREATE INDEX conditions_by_end ON conditions (until) WHERE until IS NOT NULL;
CREATE TRIGGER conditions_end_once BEFORE UPDATE ON conditions
WHEN OLD.until IS NOT NULL OR NEW.until IS NULL OR NEW.since IS NOT OLD.since OR NEW.id IS NOT OLD.id OR NEW.grade IS NOT OLD.grade
  OR (NEW.terminal, NEW.code, NEW.subject, NEW.detail) IS NOT (OLD.terminal, OLD.code, OLD.subject, OLD.detail)
BEGIN SELECT raise(ABORT, 'a condition only ends, and once'); END;
CREATE TRIGGER conditions_stand BEFORE DELETE ON conditions WHEN OLD.until IS NULL
BEGIN SELECT raise(ABORT, 'a condition that stands is not deleted'); END;
INSERT INTO conditions (terminal, code, subject, detail, grade, since)
  SELECT terminal, said, '', iif(said = 'off', coalesce(why, ''), ''), iif(said = 'lost', 'bad', 'off'), coalesce(state_at, 0)
  FROM terminals WHERE said IN ('lost', 'off');

-- Which terminals the board is to read anew: the highest number is the latest change.
CREATE TABLE changes (
  n        INTEGER PRIMARY KEY AUTOINCREMENT,
  terminal TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX terminals_by_heard ON terminals (heard);

-- fleet/board/samples.py. Coarse: stays when the others are forgotten.
CREATE TABLE samples (
  terminal TEXT NOT NULL,
  what     TEXT NOT NULL,
  at       REAL NOT NULL,
  value    REAL NOT NULL,
  coarse   INTEGER NOT NULL,
  PRIMARY KEY (terminal, what, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX samples_by_time ON samples (coarse, at);
ALTER TABLE terminals ADD COLUMN sampled BLOB;  -- JSON: the last samples kept of it
"""


def upgrade() -> None:
    run(SQL)
