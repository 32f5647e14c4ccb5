"""Sign-ins under way at the identity provider are known to every console."""

from fleet.migrations import run

revision = "0028"
down_revision = "0027"

SQL = """
CREATE TABLE sign_ins (
  state    TEXT PRIMARY KEY,              -- SHA-256 of what the browser must come back with
  nonce    TEXT NOT NULL,
  verifier TEXT NOT NULL,
  wanted   TEXT NOT NULL,                 -- the page they wanted
  began    REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""


def upgrade() -> None:
    run(SQL)
