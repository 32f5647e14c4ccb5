-- The terminal's database, version 1. Nothing in it identifies a person: what does lies sealed, in `document` or in a file.

CREATE TABLE terminal (
  only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
  epoch      TEXT    NOT NULL,            -- 16 hexadecimal digits, random, made with this file
  bd         INTEGER NOT NULL DEFAULT 0   -- births so far
) STRICT;

CREATE TABLE office_case (
  number     TEXT PRIMARY KEY,
  visit      TEXT NOT NULL UNIQUE,        -- random; makes handing in twice harmless
  item       TEXT NOT NULL,
  home       TEXT NOT NULL,
  token      TEXT NOT NULL,
  taken_at   TEXT NOT NULL,
  whole      INTEGER NOT NULL DEFAULT 0   -- the centre has every document
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
  digest     TEXT PRIMARY KEY,            -- SHA-256 of the sealed bytes
  visit      TEXT NOT NULL,
  number     TEXT REFERENCES office_case, -- null until the visit is handed in
  kind       TEXT NOT NULL CHECK (kind IN ('case', 'page')),
  size       INTEGER NOT NULL,
  body       BLOB,                        -- a case's content lies here, in the case's own transaction; a page in its file
  stored     INTEGER NOT NULL DEFAULT 0   -- the centre took it
) STRICT;
CREATE INDEX document_by_case ON document (number);
CREATE INDEX document_of_nobody ON document (visit) WHERE number IS NULL;

CREATE TABLE outbox (
  sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
  type       TEXT NOT NULL,
  time       TEXT NOT NULL,
  data       BLOB NOT NULL
) STRICT;

CREATE TABLE print_job (
  number     TEXT NOT NULL REFERENCES office_case,
  attempt    INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('sending', 'printed', 'refused', 'spoilt', 'uncertain')),
  cause      TEXT,
  at         TEXT NOT NULL,
  PRIMARY KEY (number, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id         INTEGER PRIMARY KEY,
  at         TEXT NOT NULL,
  event      TEXT NOT NULL,
  detail     TEXT NOT NULL                -- JSON; fields as declared in store/audit.py
) STRICT;
