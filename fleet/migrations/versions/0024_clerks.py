"""Clerks' accounts: who the clerks of each party are, and what of it lies at which terminal."""

from fleet.migrations import run

revision = "0024"
down_revision = "0023"

SQL = """
-- No password and no secret lies here: proof is the secret of the one-time codes, sealed with the password
-- (domain/staff/accounts.py).
CREATE TABLE clerks (
  party   TEXT NOT NULL,
  login   TEXT NOT NULL,                  -- 工号
  name    TEXT NOT NULL,
  duties  TEXT NOT NULL,                  -- JSON, domain.staff.duties.Duty
  hall    TEXT,                           -- null: every hall of the party
  proof   TEXT NOT NULL,                  -- JSON, domain.staff.accounts.Proof
  badge   TEXT,
  made    REAL NOT NULL,
  locked  REAL,
  ended   REAL,                           -- never comes back; the login is not given again
  changed INTEGER NOT NULL,               -- grows with every change of anybody
  PRIMARY KEY (party, login)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX clerks_by_badge ON clerks (party, badge) WHERE badge IS NOT NULL;
CREATE INDEX clerks_by_change ON clerks (changed);
CREATE TRIGGER clerks_are_kept BEFORE DELETE ON clerks BEGIN SELECT raise(ABORT, 'an account is ended, not deleted'); END;

-- What each terminal was last given of it.
CREATE TABLE clerk_documents (
  terminal TEXT PRIMARY KEY,
  digest   TEXT NOT NULL,                 -- of the clerks, without times
  issued   REAL NOT NULL,
  rev      INTEGER NOT NULL,
  clerks   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Accounts are wanted like everything else. They are made anew every day, and an old document is a list of secrets: of these
-- publications the older ones go.
CREATE TABLE desired_anew (
  what     TEXT NOT NULL CHECK (what IN ('catalogue', 'settings', 'notices', 'accounts')),
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
DROP TABLE desired;
ALTER TABLE desired_anew RENAME TO desired;
CREATE TRIGGER desired_stays BEFORE UPDATE ON desired BEGIN SELECT raise(ABORT, 'a publication is not changed'); END;
CREATE TRIGGER desired_is_kept BEFORE DELETE ON desired WHEN old.what <> 'accounts'
BEGIN SELECT raise(ABORT, 'a publication is not deleted'); END;
CREATE INDEX accounts_by_terminal ON desired (target, rev) WHERE what = 'accounts';
"""


def upgrade() -> None:
    run(SQL)
