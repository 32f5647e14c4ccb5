"""Alerts: rules, what they made of standing conditions, what was told of it, and maintenance. No column names anybody but staff."""

from fleet.migrations import run

revision = "0018"
down_revision = "0017"

SQL = """
-- The rules, a whole set a version; version 0 is what is shipped and stands in no row.
CREATE TABLE alert_rules (
  version INTEGER PRIMARY KEY,
  rules   BLOB NOT NULL,                  -- fleet.alerts.rules.Rule, JSON
  by      TEXT NOT NULL,
  why     TEXT NOT NULL,
  at      REAL NOT NULL
) STRICT;
CREATE TRIGGER alert_rules_stay BEFORE UPDATE ON alert_rules BEGIN SELECT raise(ABORT, 'rules once saved are not changed'); END;
CREATE TRIGGER alert_rules_are_kept BEFORE DELETE ON alert_rules BEGIN SELECT raise(ABORT, 'rules once saved are not deleted'); END;

-- As the engine left them (fleet/alerts/engine.py). Pending ones were not told to anybody and may go without a trace.
CREATE TABLE alerts (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  rule      TEXT NOT NULL,
  code      TEXT NOT NULL,
  subject   TEXT NOT NULL,
  scope     TEXT NOT NULL,
  party     TEXT NOT NULL,                -- '': the centre's own, or a terminal's of no party
  name      TEXT NOT NULL,                -- the rule's, and its severity, when it was written last
  severity  TEXT NOT NULL CHECK (severity IN ('critical', 'major', 'minor')),
  state     TEXT NOT NULL CHECK (state IN ('pending', 'open', 'acknowledged', 'resolved')),
  live      INTEGER NOT NULL CHECK (live IN (0, 1)),
  began     REAL NOT NULL,                -- since when the first of it stands
  opened    REAL NOT NULL,
  told      REAL NOT NULL,
  escalated INTEGER NOT NULL,
  resolved  REAL,
  standing  INTEGER NOT NULL,             -- members whose condition stands
  most      INTEGER NOT NULL,             -- members there ever were
  assigned  TEXT
) STRICT;
CREATE UNIQUE INDEX alerts_one_of_a_cause ON alerts (rule, code, subject, scope, party) WHERE live = 1;
CREATE INDEX alerts_by_state ON alerts (state, id);

CREATE TABLE alert_members (
  alert    INTEGER NOT NULL REFERENCES alerts,
  terminal TEXT NOT NULL,
  first    REAL NOT NULL,
  since    REAL NOT NULL,
  ended    REAL,
  bad      REAL NOT NULL,
  spells   INTEGER NOT NULL,
  told     INTEGER NOT NULL,
  detail   TEXT NOT NULL,
  PRIMARY KEY (alert, terminal)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_members_by_terminal ON alert_members (terminal, alert);

-- What happened to each, by the engine (by is null) or by somebody; never changed, never deleted.
CREATE TABLE alert_log (
  position INTEGER PRIMARY KEY,
  alert    INTEGER NOT NULL REFERENCES alerts,
  at       REAL NOT NULL,
  kind     TEXT NOT NULL,
  count    INTEGER NOT NULL,
  by       TEXT,
  why      TEXT NOT NULL
) STRICT;
CREATE INDEX alert_log_by_alert ON alert_log (alert, position);
CREATE TRIGGER alert_log_stays BEFORE UPDATE ON alert_log BEGIN SELECT raise(ABORT, 'the log of alerts is not changed'); END;
CREATE TRIGGER alert_log_is_kept BEFORE DELETE ON alert_log BEGIN SELECT raise(ABORT, 'the log of alerts is not deleted'); END;

-- One message to one channel; what became of it stands in the outbox under its id. handed: the outbox has it.
CREATE TABLE alert_messages (
  id      TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  at      REAL NOT NULL,
  title   TEXT NOT NULL,
  text    TEXT NOT NULL,
  handed  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_messages_by_channel ON alert_messages (channel, at);
CREATE INDEX alert_messages_by_time ON alert_messages (at);
CREATE INDEX alert_messages_to_hand ON alert_messages (at) WHERE handed = 0;

-- What is to be told of an alert to a channel; message: which one told it, null while it waits.
CREATE TABLE alert_tellings (
  position INTEGER PRIMARY KEY,
  alert    INTEGER NOT NULL REFERENCES alerts,
  channel  TEXT NOT NULL,
  kind     TEXT NOT NULL,
  count    INTEGER NOT NULL,
  at       REAL NOT NULL,
  message  TEXT REFERENCES alert_messages
) STRICT;
CREATE INDEX alert_tellings_waiting ON alert_tellings (channel, position) WHERE message IS NULL;
CREATE INDEX alert_tellings_by_alert ON alert_tellings (alert, position);
CREATE INDEX alert_tellings_by_message ON alert_tellings (message);

-- Planned times of terminals (fleet/alerts/maintenance.py).
CREATE TABLE maintenance (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  name     TEXT NOT NULL,
  scope    BLOB NOT NULL,                 -- fleet.alerts.rules.Where, JSON
  begins   REAL NOT NULL,
  ends     REAL NOT NULL,
  by       TEXT NOT NULL,
  why      TEXT NOT NULL,
  made     REAL NOT NULL,
  ended_by TEXT
) STRICT;
CREATE INDEX maintenance_by_end ON maintenance (ends);
CREATE TRIGGER maintenance_is_kept BEFORE DELETE ON maintenance BEGIN SELECT raise(ABORT, 'maintenance is ended, not deleted'); END;
"""


def upgrade() -> None:
    run(SQL)
