-- The centre's database, from version 4 to 5: errors windows found in the catalogue (纠错).

CREATE TABLE corrections (
  terminal  TEXT NOT NULL,
  epoch     TEXT NOT NULL,
  sequence  INTEGER NOT NULL,
  home      TEXT NOT NULL,
  told      BLOB NOT NULL,                -- mqtt.messages.ItemError, JSON
  received  REAL NOT NULL,
  PRIMARY KEY (terminal, epoch, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX corrections_by_home ON corrections (home, received);
CREATE INDEX corrections_by_arrival ON corrections (received);
