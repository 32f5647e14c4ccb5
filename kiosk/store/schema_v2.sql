-- The terminal's database, from version 1 to 2: orders of the centre. Nothing in it is of a person.

-- Commands by their id, kept until nobody could send them again: each is done once.
CREATE TABLE command (
  id       TEXT PRIMARY KEY,
  made     INTEGER NOT NULL,             -- both by the centre's clock, seconds since 1970
  expires  INTEGER NOT NULL,
  op       TEXT NOT NULL,
  body     BLOB NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('accepted', 'running', 'ended')),
  boot     TEXT,                         -- the machine's boot in which it began
  result   TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX command_open ON command (made) WHERE state <> 'ended';

-- What is wanted of this terminal, newest revision; what of it is held (in use), and what was held before that.
CREATE TABLE wanted (
  what          TEXT PRIMARY KEY,
  rev           INTEGER NOT NULL,
  sha256        TEXT NOT NULL,
  size          INTEGER NOT NULL,
  since         TEXT,
  stage         TEXT NOT NULL CHECK (stage IN ('fetch', 'ready', 'applied', 'refused')),
  reported      TEXT,                    -- what was last said of `rev`
  held          TEXT,                    -- SHA-256; null: the terminal's own
  before        TEXT
) STRICT, WITHOUT ROWID;

-- Orders that were not the centre's word, by the rule they broke. `untold`: since the centre was last told.
CREATE TABLE order_refused (
  what     TEXT NOT NULL,
  rule     TEXT NOT NULL,
  count    INTEGER NOT NULL,
  untold   INTEGER NOT NULL,
  told     INTEGER NOT NULL,             -- when, seconds since 1970
  PRIMARY KEY (what, rule)
) STRICT, WITHOUT ROWID;

-- The newest key the centre has signed with, and the newest time it has signed: neither goes back.
CREATE TABLE trust (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  key      INTEGER NOT NULL DEFAULT 0,
  made     INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO trust (only_row) VALUES (1);

-- A row while the centre has put this terminal out of service.
CREATE TABLE out_of_service (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  notice   TEXT NOT NULL,
  until    TEXT
) STRICT;
