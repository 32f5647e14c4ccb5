-- The terminal's database, from version 5 to 6: ratings of every service event and either side, and what was written with them.

-- That it was rated, not how: a service is rated once by each side.
CREATE TABLE rating (
  number     TEXT NOT NULL,               -- of the case, or of the service without one
  of         TEXT NOT NULL,
  side       TEXT NOT NULL,
  task       TEXT NOT NULL,               -- digest of the task a correction answered, or empty
  at         TEXT NOT NULL,
  sequence   INTEGER NOT NULL,            -- of its event in the outbox; 0 for those of before
  PRIMARY KEY (number, of, side, task)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO rating
SELECT detail ->> 'number', iif(detail ->> 'number' IN (SELECT number FROM service), 'consult', 'intake'), 'intake', '', at, 0
FROM audit WHERE event = 'rating_given';
DROP INDEX rating_of_case;

-- Words and contact, sealed to the centre's rating key, until the centre has them and the event that names them.
CREATE TABLE rating_words (
  digest     TEXT PRIMARY KEY,
  number     TEXT NOT NULL,
  sequence   INTEGER NOT NULL,
  size       INTEGER NOT NULL,
  body       BLOB NOT NULL,
  stored     INTEGER NOT NULL DEFAULT 0   -- the centre took it
) STRICT, WITHOUT ROWID;
