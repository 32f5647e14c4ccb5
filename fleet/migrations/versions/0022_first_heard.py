"""When each terminal was first heard of: before that nobody can say how it served."""

from fleet.migrations import run

revision = "0022"
down_revision = "0021"

SQL = """
CREATE TABLE first_heard (
  terminal TEXT PRIMARY KEY,
  since    REAL NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO first_heard
  SELECT terminal, min(coalesce(state_at, heard), coalesce(first, state_at, heard)) FROM terminals
  LEFT JOIN (SELECT terminal, min(received) AS first FROM events GROUP BY terminal) USING (terminal)
  WHERE coalesce(state_at, heard) IS NOT NULL;
CREATE TRIGGER terminals_first_heard AFTER INSERT ON terminals
BEGIN INSERT OR IGNORE INTO first_heard VALUES (NEW.terminal, coalesce(NEW.heard, NEW.state_at, 0)); END;
"""


def upgrade() -> None:
    run(SQL)
