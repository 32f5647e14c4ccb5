"""What happens to a case after it was taken in (流转). No column identifies anybody."""

from fleet.migrations import run

revision = "0008"
down_revision = "0007"

SQL = """
-- What the catalogue said of the item when the case was taken in (mqtt.messages.CaseTerms, JSON); null: a terminal of before.
ALTER TABLE cases ADD COLUMN terms TEXT;

-- The ledger: the acts of each case, 1, 2, 3 …; never changed, never deleted.
CREATE TABLE acts (
  number   TEXT NOT NULL REFERENCES cases,
  position INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  terminal TEXT,                          -- that told of it; null: a desk, or the centre's clock
  received REAL NOT NULL,
  act      BLOB NOT NULL,                 -- domain.case.acts, JSON
  PRIMARY KEY (number, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER acts_stay BEFORE UPDATE ON acts BEGIN SELECT raise(ABORT, 'an act is not changed'); END;
CREATE TRIGGER acts_are_kept BEFORE DELETE ON acts BEGIN SELECT raise(ABORT, 'an act is not deleted'); END;

CREATE TABLE act_documents (
  number   TEXT NOT NULL,
  position INTEGER NOT NULL,
  digest   TEXT NOT NULL,
  size     INTEGER NOT NULL,
  kind     TEXT NOT NULL,                 -- domain.case.acts.DocumentKind
  PRIMARY KEY (number, position, digest),
  FOREIGN KEY (number, position) REFERENCES acts
) STRICT, WITHOUT ROWID;
CREATE INDEX act_documents_by_digest ON act_documents (digest);

-- How each case stands, written with each act: it could be made anew from the ledger, and once a day it is.
CREATE TABLE lives (
  number   TEXT PRIMARY KEY REFERENCES cases,
  state    TEXT NOT NULL,
  position INTEGER NOT NULL,
  awaits   TEXT NOT NULL,                 -- JSON
  access   REAL                           -- until then its intake window can open it; null: that is not settled
) STRICT, WITHOUT ROWID;
CREATE INDEX lives_by_state ON lives (state);
INSERT INTO lives SELECT number, 'submitted', 0, awaits, NULL FROM cases;

-- The terms that run.
CREATE TABLE terms (
  number   TEXT NOT NULL REFERENCES lives,
  term     TEXT NOT NULL,
  side     TEXT NOT NULL CHECK (side IN ('home', 'intake')),
  begins   TEXT NOT NULL,                 -- days, YYYY-MM-DD
  due      TEXT NOT NULL,
  warns    TEXT NOT NULL,
  estimate INTEGER NOT NULL,
  halted   INTEGER NOT NULL,
  PRIMARY KEY (number, term)
) STRICT, WITHOUT ROWID;
CREATE INDEX terms_by_due ON terms (due);
CREATE INDEX cases_by_intake ON cases (intake, received);

-- A case as the console lists it, with where it stands; what it still awaits is its life's.
DROP VIEW case_entries;
CREATE VIEW case_entries AS
SELECT c.*, l.state, l.awaits AS open,
  (SELECT count(*) FROM case_documents d WHERE d.number = c.number) AS named,
  (SELECT count(*) FROM case_documents d JOIN documents USING (digest) WHERE d.number = c.number) AS stored,
  (SELECT outcome FROM receipts r WHERE r.number = c.number ORDER BY r.attempt DESC LIMIT 1) AS outcome,
  (SELECT level FROM ratings r WHERE r.number = c.number AND r.terminal = c.terminal ORDER BY r.given_at DESC LIMIT 1) AS level
FROM cases c JOIN lives l USING (number);
"""


def upgrade() -> None:
    run(SQL)
