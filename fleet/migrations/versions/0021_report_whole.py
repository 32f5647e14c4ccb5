"""Cases of all items together, day by day: found without those of each item."""

from fleet.migrations import run

revision = "0021"
down_revision = "0020"

SQL = """
CREATE INDEX report_cases_whole ON report_cases (grain, side, at) WHERE item = '';
"""


def upgrade() -> None:
    run(SQL)
