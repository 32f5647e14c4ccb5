-- The terminal's database, from version 4 to 5: what is done here about cases taken in before, at whatever terminal.

-- What a citizen did about one: corrected, delivered, withdrawn. Nothing in it is of a person; a task is answered once.
CREATE TABLE answer (
  visit      TEXT PRIMARY KEY,            -- random; makes answering twice harmless
  number     TEXT NOT NULL,               -- of the case
  kind       TEXT NOT NULL CHECK (kind IN ('correction', 'delivery', 'withdrawal')),
  task       TEXT NOT NULL UNIQUE,        -- digest of the sealed task
  paper      TEXT NOT NULL UNIQUE,        -- what its slip is known by
  at         TEXT NOT NULL,
  sequence   INTEGER NOT NULL             -- of its event in the outbox
) STRICT, WITHOUT ROWID;

-- Its sealed documents until the centre has them and the event that names them.
CREATE TABLE answer_document (
  digest     TEXT PRIMARY KEY,
  visit      TEXT NOT NULL REFERENCES answer,
  size       INTEGER NOT NULL,
  body       BLOB,                        -- what was signed lies here, in the answer's own transaction; a page in its file
  stored     INTEGER NOT NULL DEFAULT 0   -- the centre took it
) STRICT, WITHOUT ROWID;

-- What the centre last said of a case that was taken in here, in words: for whoever shows its receipt while it cannot be asked.
ALTER TABLE office_case ADD COLUMN words TEXT;
ALTER TABLE office_case ADD COLUMN words_at TEXT;
CREATE INDEX case_by_token ON office_case (token);

-- Questions by a case's number that had no answer: when.
CREATE TABLE failed_try (
  at         REAL NOT NULL                -- seconds since 1970
) STRICT;
