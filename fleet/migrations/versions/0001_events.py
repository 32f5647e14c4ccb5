"""The centre's database: events, terminals, cases. No column identifies an applicant: what does lies in the sealed documents.

Times are seconds since 1970 (UTC) by the centre's clock; those ending in _at as text are the terminal's own words."""

from fleet.migrations import run

revision = "0001"
down_revision = None

SQL = """
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO counters VALUES ('bd', 0);

-- Every event as it came. (terminal, epoch, sequence) is unique for ever: sending again changes nothing.
CREATE TABLE events (
  terminal TEXT NOT NULL,
  epoch    TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  type     TEXT NOT NULL,
  received REAL NOT NULL,
  raw      BLOB NOT NULL,
  PRIMARY KEY (terminal, epoch, sequence)
) STRICT, WITHOUT ROWID;

-- Events that break the contract but say where they stand in their outbox: kept for staff, confirmed to the terminal.
CREATE TABLE dead_letters (
  terminal TEXT NOT NULL,
  epoch    TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  digest   TEXT NOT NULL,
  reason   TEXT NOT NULL,
  received REAL NOT NULL,
  raw      BLOB NOT NULL,
  PRIMARY KEY (terminal, epoch, sequence, digest)
) STRICT, WITHOUT ROWID;

-- What was refused, by name; never the payload.
CREATE TABLE refused (
  topic    TEXT NOT NULL,
  reason   TEXT NOT NULL,
  count    INTEGER NOT NULL,
  last     REAL NOT NULL,
  PRIMARY KEY (topic, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE terminals (
  terminal   TEXT PRIMARY KEY,
  said       TEXT CHECK (said IN ('up', 'lost', 'off')),
  bd         INTEGER,
  why        TEXT,
  birth      BLOB,
  state_at   REAL,
  heard      REAL,
  health     BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE cases (
  number    TEXT PRIMARY KEY,
  terminal  TEXT NOT NULL,
  item      TEXT NOT NULL,
  item_name TEXT NOT NULL,
  situation TEXT NOT NULL,
  home      TEXT NOT NULL,
  intake    TEXT NOT NULL,
  taken_at  TEXT NOT NULL,
  token     TEXT NOT NULL,
  received  REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX cases_by_home ON cases (home, received);
CREATE INDEX cases_by_arrival ON cases (received);
CREATE INDEX cases_by_token ON cases (token);

CREATE TABLE case_documents (
  number   TEXT NOT NULL REFERENCES cases,
  position INTEGER NOT NULL,
  digest   TEXT NOT NULL,
  size     INTEGER NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('case', 'page')),
  PRIMARY KEY (number, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_documents_by_digest ON case_documents (digest);

-- Sealed documents whose file is on the disk under its digest, checked.
CREATE TABLE documents (
  digest TEXT PRIMARY KEY,
  size   INTEGER NOT NULL,
  stored REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ratings (
  terminal TEXT NOT NULL,
  epoch    TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  number   TEXT NOT NULL,
  level    INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
  tags     TEXT NOT NULL,
  by       TEXT NOT NULL,
  given_at TEXT NOT NULL,
  PRIMARY KEY (terminal, epoch, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipts (
  number   TEXT NOT NULL,
  attempt  INTEGER NOT NULL,
  terminal TEXT NOT NULL,
  outcome  TEXT NOT NULL,
  cause    TEXT,
  received REAL NOT NULL,
  PRIMARY KEY (number, attempt)
) STRICT, WITHOUT ROWID;

-- A case as the console lists it; its receipt is the last attempt's, its rating the last given.
CREATE VIEW case_entries AS
SELECT c.*,
  (SELECT count(*) FROM case_documents d WHERE d.number = c.number) AS named,
  (SELECT count(*) FROM case_documents d JOIN documents USING (digest) WHERE d.number = c.number) AS stored,
  (SELECT outcome FROM receipts r WHERE r.number = c.number ORDER BY r.attempt DESC LIMIT 1) AS outcome,
  (SELECT level FROM ratings r WHERE r.number = c.number AND r.terminal = c.terminal ORDER BY r.given_at DESC LIMIT 1) AS level
FROM cases c;
"""


def upgrade() -> None:
    run(SQL)
