"""What was deleted at the end of its time (``domain/protection/retention.py``): which bytes, by which rule, when they were gone."""

from fleet.migrations import run

revision = "0016"
down_revision = "0015"

SQL = """
-- The bytes go after this is written: killed in between, the next look finds what is not `gone` yet.
CREATE TABLE deletions (
  digest TEXT NOT NULL PRIMARY KEY,       -- SHA-256 of the sealed bytes
  rule   TEXT NOT NULL,
  number TEXT,                            -- of the case that named it, where one did
  at     REAL NOT NULL,
  gone   REAL                             -- the file is no more; null: not yet
) STRICT, WITHOUT ROWID;
CREATE INDEX deletions_by_case ON deletions (number);
CREATE INDEX deletions_by_time ON deletions (at);
CREATE INDEX deletions_open ON deletions (at) WHERE gone IS NULL;
CREATE TRIGGER deletions_are_kept BEFORE DELETE ON deletions BEGIN SELECT raise(ABORT, 'a deletion stays on record'); END;
CREATE TRIGGER deletions_stay BEFORE UPDATE OF digest, rule, number, at ON deletions BEGIN
  SELECT raise(ABORT, 'a deletion stays on record');
END;
-- Of what was named and brought: nobody has to bring it again. What nobody named may be brought anew, and drafts are no documents.
CREATE VIEW over AS SELECT digest FROM deletions WHERE rule NOT IN ('unnamed', 'draft');
CREATE INDEX acts_closed ON acts (received) WHERE kind = 'closed';

-- A document that was deleted was brought before: the console does not call it under way.
DROP VIEW case_entries;
CREATE VIEW case_entries AS
SELECT c.*, l.state, l.awaits AS open,
  (SELECT count(*) FROM case_documents d WHERE d.number = c.number) AS named,
  (SELECT count(*) FROM case_documents d WHERE d.number = c.number AND (d.digest IN (SELECT digest FROM documents)
    OR d.digest IN (SELECT digest FROM over))) AS stored,
  (SELECT outcome FROM receipts r WHERE r.number = c.number ORDER BY r.attempt DESC LIMIT 1) AS outcome
FROM cases c JOIN lives l USING (number);
"""


def upgrade() -> None:
    run(SQL)
