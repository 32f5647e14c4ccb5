"""Reports (统计与报表): counts by day and month, made from what is kept; and the terms of cases that have ended."""

from fleet.migrations import run

revision = "0017"
down_revision = "0016"

SQL = """
-- Terms of cases that ended by an act: kept when that came no later than its last day. Never of a case withdrawn or passed on.
CREATE TABLE ended_terms (
  number   TEXT NOT NULL REFERENCES cases,
  position INTEGER NOT NULL,              -- of the act
  term     TEXT NOT NULL,
  side     TEXT NOT NULL CHECK (side IN ('home', 'intake')),
  due      TEXT NOT NULL,
  ended    REAL NOT NULL,
  kept     INTEGER NOT NULL,
  PRIMARY KEY (number, position, term)
) STRICT, WITHOUT ROWID;
CREATE INDEX ended_terms_by_time ON ended_terms (ended);
CREATE INDEX acts_by_arrival ON acts (received);

-- Everything below is made by fleet/reports/making.py. Days and months are China's, YYYY-MM-DD and YYYY-MM, by the centre's clock.
-- side, party: whose view it is. A case counts once for its intake place and once for its home place.
CREATE TABLE report_cases (
  grain     TEXT NOT NULL CHECK (grain IN ('day', 'month')),
  at        TEXT NOT NULL,
  side      TEXT NOT NULL,
  party     TEXT NOT NULL,
  item      TEXT NOT NULL,
  taken     INTEGER NOT NULL,
  accepted  INTEGER NOT NULL,
  refused   INTEGER NOT NULL,
  decided   INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL,
  PRIMARY KEY (grain, at, side, party, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE report_places (
  grain  TEXT NOT NULL CHECK (grain IN ('day', 'month')),
  at     TEXT NOT NULL,
  intake TEXT NOT NULL,
  home   TEXT NOT NULL,
  taken  INTEGER NOT NULL,
  PRIMARY KEY (grain, at, intake, home)
) STRICT, WITHOUT ROWID;
CREATE TABLE report_terminals (
  grain    TEXT NOT NULL CHECK (grain IN ('day', 'month')),
  at       TEXT NOT NULL,
  terminal TEXT NOT NULL,
  cases    INTEGER NOT NULL,
  services INTEGER NOT NULL,
  comeback INTEGER NOT NULL,              -- corrected, printed or withdrawn there
  receipts INTEGER NOT NULL,              -- attempts at one
  unsure   INTEGER NOT NULL,              -- of them not printed, or not known
  PRIMARY KEY (grain, at, terminal)
) STRICT, WITHOUT ROWID;
-- From taking in to a step: how many took as long. item '': of all items. A bucket is a tenth longer than the one before it.
CREATE TABLE report_steps (
  at     TEXT NOT NULL,
  side   TEXT NOT NULL,
  party  TEXT NOT NULL,
  item   TEXT NOT NULL,
  step   TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  cases  INTEGER NOT NULL,
  PRIMARY KEY (at, side, party, item, step, bucket)
) STRICT, WITHOUT ROWID;
CREATE TABLE report_terms (
  at     TEXT NOT NULL,
  side   TEXT NOT NULL,                   -- whose term it is
  party  TEXT NOT NULL,
  item   TEXT NOT NULL,
  term   TEXT NOT NULL,
  kept   INTEGER NOT NULL,
  missed INTEGER NOT NULL,
  PRIMARY KEY (at, side, party, item, term)
) STRICT, WITHOUT ROWID;
-- ratable, rated: services of the month; the levels: ratings of the month.
CREATE TABLE report_ratings (
  at      TEXT NOT NULL,
  side    TEXT NOT NULL,
  party   TEXT NOT NULL,
  of      TEXT NOT NULL,
  item    TEXT NOT NULL,
  place   TEXT NOT NULL,                  -- that took in
  ratable INTEGER NOT NULL,
  rated   INTEGER NOT NULL,
  l5      INTEGER NOT NULL,
  l4      INTEGER NOT NULL,
  l3      INTEGER NOT NULL,
  l2      INTEGER NOT NULL,
  l1      INTEGER NOT NULL,
  PRIMARY KEY (at, side, party, of, item, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE report_items (item TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- What has been made: 'day' and 'months' up to then; every 'month' that is summed up; 'rating': the last one looked at.
CREATE TABLE report_made (
  what TEXT NOT NULL,
  at   TEXT NOT NULL,
  made REAL NOT NULL,
  PRIMARY KEY (what, at)
) STRICT, WITHOUT ROWID;
"""


def upgrade() -> None:
    run(SQL)
