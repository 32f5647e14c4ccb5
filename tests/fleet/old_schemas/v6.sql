-- The centre's database, from version 5 to 6: services without a case (咨询), and what a case still awaits at the window.

-- No column identifies anybody: a service's number counts, and what it was about stands in the catalogue.
CREATE TABLE services (
  number    TEXT PRIMARY KEY,
  terminal  TEXT NOT NULL,
  item      TEXT NOT NULL,
  item_name TEXT NOT NULL,
  situation TEXT,
  home      TEXT NOT NULL,
  intake    TEXT NOT NULL,
  way       TEXT NOT NULL CHECK (way IN ('online', 'window', 'pre_fill', 'query_print', 'elsewhere')),
  given_at  TEXT NOT NULL,
  received  REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX services_by_arrival ON services (received);

ALTER TABLE cases ADD COLUMN awaits TEXT NOT NULL DEFAULT '[]';         -- JSON: person, original, paper (待窗口核验)
ALTER TABLE ratings ADD COLUMN of TEXT NOT NULL DEFAULT 'intake';       -- or consult: of a service
