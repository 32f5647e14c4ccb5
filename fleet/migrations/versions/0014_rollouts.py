"""Roll-outs: who is given a publication or a command, in which wave, and how each stands."""

from fleet.migrations import run

revision = "0014"
down_revision = "0013"

SQL = """
CREATE TABLE rollouts (
  id      INTEGER PRIMARY KEY,
  what    TEXT NOT NULL,                  -- mqtt.messages.Wanted, or 'command'
  rev     INTEGER,                        -- its publication; null: commands
  body    BLOB,                           -- the operation with its arguments, JSON; null: a publication
  target  TEXT NOT NULL,                  -- as of a publication; '#': its members by name, and nobody who comes later
  title   TEXT NOT NULL,
  waves   TEXT NOT NULL,                  -- their names, JSON
  rules   TEXT NOT NULL,                  -- fleet.rollout.engine.Rules, JSON
  of      INTEGER REFERENCES rollouts,    -- takes that one back
  state   TEXT NOT NULL CHECK (state IN ('running', 'paused', 'stopped', 'finished', 'taken-back')),
  wave    INTEGER NOT NULL DEFAULT 0,
  reason  TEXT,
  by      TEXT NOT NULL,
  why     TEXT NOT NULL,
  made    REAL NOT NULL,
  CHECK ((rev IS NULL) = (what = 'command') AND (body IS NULL) = (what <> 'command')),
  FOREIGN KEY (what, rev) REFERENCES desired
) STRICT;
CREATE UNIQUE INDEX rollouts_by_publication ON rollouts (what, rev) WHERE rev IS NOT NULL;
CREATE INDEX rollouts_active ON rollouts (id) WHERE state IN ('running', 'paused', 'stopped');

CREATE TABLE rollout_members (
  rollout  INTEGER NOT NULL REFERENCES rollouts,
  terminal TEXT NOT NULL,
  wave     INTEGER NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('waiting', 'given', 'done', 'failed', 'left-out')),
  at       REAL NOT NULL,                 -- since when it stands so
  tries    INTEGER NOT NULL DEFAULT 0,    -- given so often; a publication names whom it was ever given to
  reason   TEXT,
  command  TEXT REFERENCES commands,      -- the last one given for it
  PRIMARY KEY (rollout, terminal)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollout_members_by_terminal ON rollout_members (terminal, rollout);

-- What happened to a roll-out and what staff did: never changed, never deleted.
CREATE TABLE rollout_log (
  position INTEGER PRIMARY KEY,
  rollout  INTEGER NOT NULL REFERENCES rollouts,
  at       REAL NOT NULL,
  what     TEXT NOT NULL,                 -- begun, wave, stopped, paused, resumed, left-out, ended, taken-back, finished
  detail   TEXT NOT NULL,
  by       TEXT,                          -- staff; null: the roll-out itself
  why      TEXT
) STRICT;
CREATE INDEX rollout_log_of ON rollout_log (rollout, position);
CREATE TRIGGER rollout_log_stays BEFORE UPDATE ON rollout_log
BEGIN SELECT raise(ABORT, 'the log of roll-outs is not changed'); END;
CREATE TRIGGER rollout_log_is_kept BEFORE DELETE ON rollout_log
BEGIN SELECT raise(ABORT, 'the log of roll-outs is not deleted'); END;

ALTER TABLE commands ADD COLUMN rollout INTEGER REFERENCES rollouts;
CREATE INDEX commands_by_rollout ON commands (rollout, terminal) WHERE rollout IS NOT NULL;
DROP VIEW open_commands;
CREATE VIEW open_commands AS SELECT * FROM commands WHERE state IN ('queued', 'sent', 'accepted', 'running');
"""


def upgrade() -> None:
    run(SQL)
