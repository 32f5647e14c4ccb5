-- The authority's books, version 1. Times are seconds since 1970 (UTC) by the centre's clock.

-- One-time codes; the secret itself stands nowhere. Used: the key it was used for, which alone may ask again.
CREATE TABLE codes (
  secret    TEXT PRIMARY KEY, -- SHA-256 of 80 random bits, hexadecimal
  terminal  TEXT NOT NULL,
  made      REAL NOT NULL,
  expires   REAL NOT NULL,
  key       TEXT,             -- SHA-256 of the public key, hexadecimal
  serial    TEXT
) STRICT, WITHOUT ROWID;

-- Every certificate a terminal was ever given.
CREATE TABLE certificates (
  serial    TEXT PRIMARY KEY, -- hexadecimal
  terminal  TEXT NOT NULL,
  key       TEXT NOT NULL,
  by        TEXT NOT NULL CHECK (by IN ('code', 'renewal')),
  issued    REAL NOT NULL,
  expires   REAL NOT NULL,
  revoked   REAL,
  der       BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX certificates_by_terminal ON certificates (terminal, issued);

-- Which runs of the terminal's program were heard, and when a former one came back: then two machines use one name.
CREATE TABLE boots (
  terminal  TEXT NOT NULL,
  boot      TEXT NOT NULL,
  bd        INTEGER NOT NULL, -- its newest connect
  last      REAL NOT NULL,
  PRIMARY KEY (terminal, boot)
) STRICT, WITHOUT ROWID;
CREATE TABLE clones (terminal TEXT PRIMARY KEY, seen REAL NOT NULL) STRICT, WITHOUT ROWID;

-- What was done, and what was refused and why. No row is ever changed.
CREATE TABLE audit (
  id        INTEGER PRIMARY KEY,
  at        REAL NOT NULL,
  what      TEXT NOT NULL,
  terminal  TEXT NOT NULL,
  detail    TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit'); END;
