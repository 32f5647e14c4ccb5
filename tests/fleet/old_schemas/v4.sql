-- The centre's database, from version 3 to 4: drafts held for the window of a hall. No column identifies anybody.

-- The sealed bytes lie in files by the same name; a row is written after its file is on the disk, and goes before it.
CREATE TABLE drafts (
  name     TEXT PRIMARY KEY,             -- SHA-256 of the slip's code, in hexadecimal: the code itself never comes here
  hall     TEXT NOT NULL,                -- whose terminals may fetch it
  terminal TEXT NOT NULL,                -- that brought it
  digest   TEXT NOT NULL,                -- SHA-256 of the sealed bytes
  size     INTEGER NOT NULL,
  until    REAL NOT NULL,
  opened   INTEGER NOT NULL DEFAULT 0    -- how often it was fetched
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_by_end ON drafts (until);
CREATE INDEX drafts_by_terminal ON drafts (terminal);

-- Names a terminal asked for that are none, since `since`.
CREATE TABLE draft_tries (
  terminal TEXT PRIMARY KEY,
  since    REAL NOT NULL,
  wrong    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
