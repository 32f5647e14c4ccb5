"""What people ask of their own information (``domain/protection/rights.py``): a register in codes, and the answers, sealed."""

from fleet.migrations import run

revision = "0019"
down_revision = "0018"

SQL = """
-- Who asks stands nowhere: whoever holds the receipt, or whom the window saw. The answer is shown to the case's holder only.
CREATE TABLE person_requests (
  request  INTEGER PRIMARY KEY,
  number   TEXT NOT NULL REFERENCES cases,
  kind     TEXT NOT NULL CHECK (kind IN ('access', 'copy', 'correct', 'delete')),
  groups   TEXT NOT NULL,                 -- JSON, domain.protection.groups
  by       TEXT NOT NULL CHECK (by IN ('receipt', 'window', 'terminal')),
  at       REAL NOT NULL,
  due      TEXT NOT NULL,                 -- the last day of the answer
  estimate INTEGER NOT NULL
) STRICT;
CREATE INDEX person_requests_by_case ON person_requests (number);
CREATE TABLE request_answers (
  request  INTEGER PRIMARY KEY REFERENCES person_requests,
  outcome  TEXT NOT NULL CHECK (outcome IN ('granted', 'refused')),
  why      TEXT NOT NULL,                 -- code of domain.protection.rights.CANNOT; `deleted`: nothing is kept any more
  at       REAL NOT NULL
) STRICT;
CREATE TABLE request_handed (
  request  INTEGER PRIMARY KEY REFERENCES person_requests,
  terminal TEXT,                          -- null: by the home desk itself
  at       REAL NOT NULL
) STRICT;
CREATE TABLE request_documents (
  request  INTEGER NOT NULL REFERENCES person_requests,
  digest   TEXT NOT NULL,
  size     INTEGER NOT NULL,
  kind     TEXT NOT NULL,                 -- domain.case.acts.DocumentKind
  terminal TEXT,                          -- that has to bring it
  PRIMARY KEY (request, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_documents_by_digest ON request_documents (digest);
CREATE TRIGGER person_requests_stay BEFORE UPDATE ON person_requests BEGIN SELECT raise(ABORT, 'a request is not changed'); END;
CREATE TRIGGER person_requests_are_kept BEFORE DELETE ON person_requests BEGIN SELECT raise(ABORT, 'a request is not deleted'); END;
CREATE TRIGGER request_answers_stay BEFORE UPDATE ON request_answers BEGIN SELECT raise(ABORT, 'an answer is not changed'); END;
CREATE TRIGGER request_answers_are_kept BEFORE DELETE ON request_answers BEGIN SELECT raise(ABORT, 'an answer is not deleted'); END;
"""


def upgrade() -> None:
    run(SQL)
