"""State reports come as differences against the last whole one (mqtt/report.py)."""

from fleet.migrations import run

revision = "0002"
down_revision = "0001"

SQL = """
-- The connect (bd) and number of the last report taken, and what the last whole one of that connect said.
ALTER TABLE terminals ADD COLUMN report_bd INTEGER;
ALTER TABLE terminals ADD COLUMN report_n  INTEGER;
ALTER TABLE terminals ADD COLUMN whole_n   INTEGER;
ALTER TABLE terminals ADD COLUMN whole     BLOB;
"""


def upgrade() -> None:
    run(SQL)
