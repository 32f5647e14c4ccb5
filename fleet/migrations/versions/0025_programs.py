"""A program is wanted like everything else."""

from fleet.migrations import run

revision = "0025"
down_revision = "0024"

SQL = """
CREATE TABLE desired_anew (
  what     TEXT NOT NULL CHECK (what IN ('catalogue', 'settings', 'notices', 'accounts', 'program')),
  rev      INTEGER NOT NULL,
  target   TEXT NOT NULL,                 -- '*', '@group' or a terminal
  sha256   TEXT NOT NULL,
  size     INTEGER NOT NULL,
  since    TEXT,
  by       TEXT NOT NULL,
  why      TEXT NOT NULL,
  made     REAL NOT NULL,
  PRIMARY KEY (what, rev)
) STRICT, WITHOUT ROWID;
INSERT INTO desired_anew SELECT * FROM desired;
DROP TRIGGER desired_stays;
DROP TRIGGER desired_is_kept;
DROP INDEX accounts_by_terminal;
DROP TABLE desired;
ALTER TABLE desired_anew RENAME TO desired;
CREATE TRIGGER desired_stays BEFORE UPDATE ON desired BEGIN SELECT raise(ABORT, 'a publication is not changed'); END;
CREATE TRIGGER desired_is_kept BEFORE DELETE ON desired WHEN old.what <> 'accounts'
BEGIN SELECT raise(ABORT, 'a publication is not deleted'); END;
CREATE INDEX accounts_by_terminal ON desired (target, rev) WHERE what = 'accounts';
"""


def upgrade() -> None:
    run(SQL)
