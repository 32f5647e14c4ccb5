-- The terminal's database, from version 2 to 3: what is urgent goes first, what cannot be read stands aside, and how much comes in.

ALTER TABLE outbox ADD COLUMN priority INTEGER NOT NULL DEFAULT 1;  -- store/outbox.py (Priority)
UPDATE outbox SET priority = 0 WHERE type IN ('CaseTaken', 'RatingGiven');
CREATE INDEX outbox_by_urgency ON outbox (priority, sequence);

-- Rows this program cannot read: kept for one that can, blocking nobody.
CREATE TABLE set_aside (
  sequence   INTEGER PRIMARY KEY,         -- of the outbox; never given twice
  priority   INTEGER NOT NULL,
  type       TEXT NOT NULL,
  time       TEXT NOT NULL,
  data       BLOB NOT NULL,
  reason     TEXT NOT NULL
) STRICT;

-- Telemetry that was given up for want of room: how many rows.
ALTER TABLE terminal ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;

-- Where the case stands in the outbox; 0 for those taken in before version 3, which are the oldest.
ALTER TABLE office_case ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
CREATE INDEX case_on_its_way ON office_case (sequence, number) WHERE NOT whole;
CREATE INDEX document_on_its_way ON document (number) WHERE number IS NOT NULL AND NOT stored;
CREATE INDEX rating_of_case ON audit (detail ->> 'number') WHERE event = 'rating_given';

-- What each day brought, to tell how long the room will do.
CREATE TABLE intake (
  day        TEXT PRIMARY KEY,
  cases      INTEGER NOT NULL,
  bytes      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
