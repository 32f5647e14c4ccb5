"""Administration of the catalogue: versions of parts, drafts with every edit, batches; the work on errors windows report."""

from fleet.migrations import run

revision = "0012"
down_revision = "0011"

SQL = """
-- A part of the catalogue as it was put before the second person, whole; and what became of it.
CREATE TABLE item_versions (
  id          INTEGER PRIMARY KEY,
  part        TEXT NOT NULL,              -- a party, or 'joint'
  number      INTEGER NOT NULL,           -- of its part: 1, 2, 3 …
  draft       INTEGER,                    -- it was made of; null: it was published some other way
  state       TEXT NOT NULL CHECK (state IN ('proposed', 'returned', 'withdrawn', 'approved', 'signed', 'published')),
  sha256      TEXT NOT NULL,
  body        BLOB NOT NULL,              -- as it is signed (domain.catalogue.part.pressed)
  batch       TEXT NOT NULL,
  since       TEXT,                       -- the first day in force its drafter asked for
  why         TEXT NOT NULL,
  drafted_by  TEXT NOT NULL,              -- as the approval says it
  approved_by TEXT,
  day         TEXT,                       -- of the approval
  approval    TEXT,                       -- JWS; null: not signed yet
  made        REAL NOT NULL,
  UNIQUE (part, number)
) STRICT;
CREATE INDEX item_versions_by_digest ON item_versions (sha256);

CREATE TABLE item_drafts (
  id     INTEGER PRIMARY KEY,
  part   TEXT NOT NULL,
  base   INTEGER REFERENCES item_versions,  -- null: begun with nothing
  state  TEXT NOT NULL CHECK (state IN ('open', 'proposed', 'done', 'dropped')),
  opened REAL NOT NULL,
  by     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX item_drafts_one ON item_drafts (part) WHERE state IN ('open', 'proposed');

CREATE TABLE item_elements (
  draft  INTEGER NOT NULL REFERENCES item_drafts,
  number INTEGER NOT NULL,
  kind   TEXT NOT NULL,                   -- fleet.items.elements.KINDS
  place  INTEGER NOT NULL,
  value  TEXT NOT NULL,                   -- JSON
  PRIMARY KEY (draft, number)
) STRICT, WITHOUT ROWID;

-- Every edit, with what stood there before; never changed, never deleted.
CREATE TABLE item_edits (
  draft    INTEGER NOT NULL REFERENCES item_drafts,
  position INTEGER NOT NULL,
  number   INTEGER NOT NULL,              -- the element
  kind     TEXT NOT NULL,
  what     TEXT NOT NULL,
  before   TEXT,                          -- JSON; null: it was not there
  after    TEXT,                          -- JSON; null: it was taken away
  place    INTEGER NOT NULL,
  by       TEXT NOT NULL,
  at       REAL NOT NULL,
  PRIMARY KEY (draft, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER item_edits_stay BEFORE UPDATE ON item_edits BEGIN SELECT raise(ABORT, 'an edit is not changed'); END;
CREATE TRIGGER item_edits_are_kept BEFORE DELETE ON item_edits BEGIN SELECT raise(ABORT, 'an edit is not deleted'); END;

-- What was said to a warning of the linter; it counts as long as the warning says the same.
CREATE TABLE item_answers (
  draft   INTEGER NOT NULL REFERENCES item_drafts,
  finding TEXT NOT NULL,
  words   TEXT NOT NULL,
  by      TEXT NOT NULL,
  at      REAL NOT NULL,
  PRIMARY KEY (draft, finding)
) STRICT, WITHOUT ROWID;

-- The way of a part from draft to terminals, for people; never changed, never deleted.
CREATE TABLE item_steps (
  id      INTEGER PRIMARY KEY,
  part    TEXT NOT NULL,
  version INTEGER REFERENCES item_versions,
  step    TEXT NOT NULL,
  words   TEXT NOT NULL,
  by      TEXT NOT NULL,
  at      REAL NOT NULL
) STRICT;
CREATE INDEX item_steps_by_part ON item_steps (part, id);
CREATE TRIGGER item_steps_stay BEFORE UPDATE ON item_steps BEGIN SELECT raise(ABORT, 'a step is not changed'); END;
CREATE TRIGGER item_steps_are_kept BEFORE DELETE ON item_steps BEGIN SELECT raise(ABORT, 'a step is not deleted'); END;

-- What was published from here; rev: of the desired document.
CREATE TABLE item_batches (
  rev     INTEGER PRIMARY KEY,
  kind    TEXT NOT NULL CHECK (kind IN ('published', 'taken-back')),
  title   TEXT NOT NULL,
  version TEXT NOT NULL,
  sha256  TEXT NOT NULL,                  -- of the body
  back_to INTEGER,                        -- the revision that counts again, where something was taken back
  since   TEXT,
  why     TEXT NOT NULL,
  by      TEXT NOT NULL,
  at      REAL NOT NULL
) STRICT;

CREATE TABLE item_batch_parts (
  rev     INTEGER NOT NULL REFERENCES item_batches,
  part    TEXT NOT NULL,
  version INTEGER NOT NULL REFERENCES item_versions,
  PRIMARY KEY (rev, part)
) STRICT, WITHOUT ROWID;

-- Errors windows reported (corrections), as work.
CREATE TABLE correction_work (
  number   INTEGER PRIMARY KEY,
  terminal TEXT NOT NULL,
  epoch    TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  part     TEXT NOT NULL,                 -- who is to mend it
  state    TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'mending', 'mended', 'answered')),
  who      TEXT,
  version  TEXT,                          -- of the catalogue that mends it
  UNIQUE (terminal, epoch, sequence)
) STRICT;
CREATE INDEX correction_work_by_part ON correction_work (part, state);
CREATE TABLE correction_steps (
  id     INTEGER PRIMARY KEY,
  number INTEGER NOT NULL REFERENCES correction_work,
  step   TEXT NOT NULL,
  words  TEXT NOT NULL,
  by     TEXT NOT NULL,
  at     REAL NOT NULL
) STRICT;
CREATE INDEX correction_steps_by_number ON correction_steps (number, id);
CREATE TRIGGER correction_steps_stay BEFORE UPDATE ON correction_steps BEGIN SELECT raise(ABORT, 'a step is not changed'); END;
CREATE TRIGGER correction_steps_are_kept BEFORE DELETE ON correction_steps BEGIN SELECT raise(ABORT, 'a step is not deleted'); END;
INSERT INTO correction_work (terminal, epoch, sequence, part)
  SELECT terminal, epoch, sequence, home FROM corrections ORDER BY received;
CREATE TRIGGER corrections_are_work AFTER INSERT ON corrections BEGIN
  INSERT INTO correction_work (terminal, epoch, sequence, part) VALUES (new.terminal, new.epoch, new.sequence, new.home);
END;
"""


def upgrade() -> None:
    run(SQL)
