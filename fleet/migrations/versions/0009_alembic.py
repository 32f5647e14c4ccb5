"""From here on Alembic's table says the version; a program from before it looks at ``user_version`` and refuses."""

from fleet.migrations import run

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run("PRAGMA user_version = 9;")
