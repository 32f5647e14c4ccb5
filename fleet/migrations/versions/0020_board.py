"""What staff add to the board: tags and notes of terminals, and views with a name."""

from fleet.migrations import run

revision = "0020"
down_revision = "0019"

SQL = """
CREATE TABLE tags (
  terminal TEXT NOT NULL,
  tag      TEXT NOT NULL,
  PRIMARY KEY (terminal, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_tag ON tags (tag);

-- What staff noted of a terminal; never changed, never deleted.
CREATE TABLE notes (
  id       INTEGER PRIMARY KEY,
  terminal TEXT NOT NULL,
  at       REAL NOT NULL,
  by       TEXT NOT NULL,
  text     TEXT NOT NULL
) STRICT;
CREATE INDEX notes_of ON notes (terminal, at);
CREATE TRIGGER notes_stay BEFORE UPDATE ON notes BEGIN SELECT raise(ABORT, 'a note is not changed'); END;
CREATE TRIGGER notes_are_kept BEFORE DELETE ON notes BEGIN SELECT raise(ABORT, 'a note is not deleted'); END;

-- A view is the query of an address with a name: somebody's own, or shared with a party's staff ('*': with everybody).
CREATE TABLE views (
  id    INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  party TEXT,                             -- null: the owner's own
  name  TEXT NOT NULL,
  query TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX views_by_name ON views (owner, name);

CREATE INDEX cases_by_terminal ON cases (terminal, received);
CREATE INDEX services_by_terminal ON services (terminal, received);
CREATE INDEX receipts_by_terminal ON receipts (terminal, received);
CREATE INDEX commands_by_terminal ON commands (terminal, made);
"""


def upgrade() -> None:
    run(SQL)
