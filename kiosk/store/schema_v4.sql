-- The terminal's database, from version 3 to 4: services without a case (咨询), and paper that is of no case.

-- Nothing in it is of a person. Kept so that a visit leaves one, and a number is given once.
CREATE TABLE service (
  number     TEXT PRIMARY KEY,            -- domain/case/number.py (service)
  visit      TEXT NOT NULL UNIQUE,
  given_at   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Paper may be a case's receipt, a service's slip or a visit's document: the number is any of theirs.
ALTER TABLE print_job RENAME TO print_job_v3;
CREATE TABLE print_job (
  number     TEXT NOT NULL,
  attempt    INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('sending', 'printed', 'refused', 'spoilt', 'uncertain')),
  cause      TEXT,
  at         TEXT NOT NULL,
  PRIMARY KEY (number, attempt)
) STRICT, WITHOUT ROWID;
INSERT INTO print_job SELECT * FROM print_job_v3;
DROP TABLE print_job_v3;
