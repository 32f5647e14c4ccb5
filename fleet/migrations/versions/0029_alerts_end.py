"""An alert that ended goes when its time is over, with its log and what was told of it; one that lives does not."""

from fleet.migrations import run

revision = "0029"
down_revision = "0028"

SQL = """
DROP TRIGGER alert_log_is_kept;
CREATE TRIGGER alerts_stand BEFORE DELETE ON alerts WHEN old.live = 1 AND old.state <> 'pending' BEGIN
  SELECT raise(ABORT, 'an alert that lives is not deleted');
END;
"""
POSTGRESQL = """
DROP TRIGGER alert_log_is_kept ON alert_log;
CREATE TRIGGER alerts_stand BEFORE DELETE ON alerts FOR EACH ROW WHEN (old.live = 1 AND old.state <> 'pending')
  EXECUTE FUNCTION refuse('an alert that lives is not deleted');
"""


def upgrade() -> None:
    run(SQL, POSTGRESQL)
