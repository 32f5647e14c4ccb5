"""How somebody signed in: by password and code, or by the identity provider."""

from fleet.migrations import run

revision = "0023"
down_revision = "0022"

SQL = """
ALTER TABLE console_sessions ADD COLUMN how TEXT NOT NULL DEFAULT 'password';
"""


def upgrade() -> None:
    run(SQL)
