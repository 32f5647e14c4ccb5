"""Ratings of every service event and of either side, a first and a follow-up each; what was written is a sealed document's name."""

from fleet.migrations import run

revision = "0010"
down_revision = "0009"

SQL = """
DROP VIEW case_entries;

-- Never changed, never deleted. No column identifies anybody: words and contact lie sealed, under their digest.
CREATE TABLE ratings_new (
  id       INTEGER PRIMARY KEY,
  number   TEXT NOT NULL,                 -- of the case, or of the service without one
  of       TEXT NOT NULL CHECK (of IN ('consult', 'intake', 'correction', 'delivery')),
  side     TEXT NOT NULL CHECK (side IN ('intake', 'home')),
  task     TEXT NOT NULL,                 -- digest of the task a correction answered, or empty
  round    INTEGER NOT NULL CHECK (round IN (1, 2)),
  party    TEXT NOT NULL,                 -- who is rated; empty: a terminal of before did not say, and the case was not there yet
  level    INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
  tags     TEXT NOT NULL,                 -- JSON, official codes of the edition
  edition  TEXT NOT NULL,
  by       TEXT NOT NULL CHECK (by IN ('screen', 'pad', 'page')),
  given_at TEXT NOT NULL,
  received REAL NOT NULL,
  words    TEXT,                          -- digest of the sealed document; null: nothing was written
  named    INTEGER NOT NULL,              -- it holds a name and a telephone
  terminal TEXT,                          -- that told of it; null: the progress page
  UNIQUE (number, of, side, task, round)
) STRICT;
INSERT INTO ratings_new (number, of, side, task, round, party, level, tags, edition, by, given_at, received, words, named, terminal)
SELECT r.number, r.of, 'intake', '', r.round, coalesce(c.intake, s.intake, ''), r.level, r.tags, '2020', r.by, r.given_at,
  coalesce(e.received, 0), NULL, 0, r.terminal
FROM (SELECT *, row_number() OVER (PARTITION BY number, of ORDER BY given_at) AS round FROM ratings) r
LEFT JOIN cases c ON r.of = 'intake' AND c.number = r.number
LEFT JOIN services s ON r.of = 'consult' AND s.number = r.number
LEFT JOIN events e ON (e.terminal, e.epoch, e.sequence) = (r.terminal, r.epoch, r.sequence)
WHERE r.round <= 2 ORDER BY r.given_at;
DROP TABLE ratings;
ALTER TABLE ratings_new RENAME TO ratings;
CREATE INDEX ratings_by_party ON ratings (party, received);
CREATE INDEX ratings_by_arrival ON ratings (received);
CREATE INDEX ratings_by_words ON ratings (words) WHERE words IS NOT NULL;
CREATE TRIGGER ratings_stay BEFORE UPDATE ON ratings BEGIN SELECT raise(ABORT, 'a rating is not changed'); END;
CREATE TRIGGER ratings_are_kept BEFORE DELETE ON ratings BEGIN SELECT raise(ABORT, 'a rating is not deleted'); END;

-- A case as the console lists it. Without its rating: nobody sees a single one before the statistics.
CREATE VIEW case_entries AS
SELECT c.*, l.state, l.awaits AS open,
  (SELECT count(*) FROM case_documents d WHERE d.number = c.number) AS named,
  (SELECT count(*) FROM case_documents d JOIN documents USING (digest) WHERE d.number = c.number) AS stored,
  (SELECT outcome FROM receipts r WHERE r.number = c.number ORDER BY r.attempt DESC LIMIT 1) AS outcome
FROM cases c JOIN lives l USING (number);
"""


def upgrade() -> None:
    run(SQL)
