"""On PostgreSQL the events of a month are a table of their own, which can be dropped; what was stored is known beside them for ever
(``docs/decisions/events-by-the-month.md``). SQLite keeps them as they are.
"""

from fleet.migrations import run

revision = "0027"
down_revision = "0026"

POSTGRESQL = """
ALTER TABLE events RENAME TO events_before;
CREATE TABLE events (
  terminal text COLLATE "C" NOT NULL,
  epoch    text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  type     text COLLATE "C" NOT NULL,
  received double precision NOT NULL,
  raw      bytea NOT NULL
) PARTITION BY RANGE (received);

-- The highest sequence that was ever stored of an outbox: one above it needs no look whether it is there.
CREATE TABLE outboxes (
  terminal text COLLATE "C" NOT NULL,
  epoch    text COLLATE "C" NOT NULL,
  highest  bigint NOT NULL,
  PRIMARY KEY (terminal, epoch)
);

-- What was stored of months that were dropped, without its bytes.
CREATE TABLE bygone (
  terminal text COLLATE "C" NOT NULL,
  epoch    text COLLATE "C" NOT NULL,
  first    bigint NOT NULL,
  last     bigint NOT NULL,
  PRIMARY KEY (terminal, epoch, first)
);

-- Attached, not made as a partition: that would keep readers out.
CREATE FUNCTION month_of_events(month timestamp) RETURNS text LANGUAGE plpgsql AS $$
DECLARE name text := 'events_' || to_char(month, 'YYYYMM');
BEGIN
  IF to_regclass(name) IS NULL THEN
    EXECUTE format('CREATE TABLE %I (LIKE events, PRIMARY KEY (terminal, epoch, sequence))', name);
    EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name,
      extract(epoch FROM month), extract(epoch FROM month + interval '1 month'));
  END IF;
  RETURN name;
END $$;

SELECT month_of_events(month) FROM (
  SELECT DISTINCT date_trunc('month', to_timestamp(received) AT TIME ZONE 'UTC') AS month FROM events_before
) found;
INSERT INTO events SELECT * FROM events_before;
INSERT INTO outboxes SELECT terminal, epoch, max(sequence) FROM events_before GROUP BY terminal, epoch;
DROP TABLE events_before;
"""


def upgrade() -> None:
    run("", POSTGRESQL)
