-- The centre's database on PostgreSQL, as revision 0025 leaves it on SQLite; what came later are revisions for both. The columns are
-- told of in versions/*.py. Text compares byte by byte (COLLATE "C"), whatever the database's own order is.

-- What SQLite has and the code's statements use.
CREATE FUNCTION iif(boolean, anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT CASE WHEN $1 THEN $2 ELSE $3 END';
CREATE FUNCTION min(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT least($1, $2)';
CREATE FUNCTION max(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT greatest($1, $2)';
-- STRICT keeps it a function of its own: put into the statement, "IN (SELECT value FROM json_each(...))" over a large table fails in
-- the planner ("failed to find unique expression in subplan tlist", PostgreSQL 15).
CREATE FUNCTION json_each(text) RETURNS TABLE (value text) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 100
  AS 'SELECT jsonb_array_elements_text($1::jsonb) COLLATE "C"';

-- Records that are never changed or never deleted.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', tg_argv[0] USING ERRCODE = 'integrity_constraint_violation'; END $$;

CREATE TABLE alembic_version (version_num varchar(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0025');

CREATE TABLE counters (name text COLLATE "C" PRIMARY KEY, value bigint NOT NULL);
INSERT INTO counters VALUES ('bd', 0);

CREATE TABLE events (
  terminal text COLLATE "C" NOT NULL,
  epoch    text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  type     text COLLATE "C" NOT NULL,
  received double precision NOT NULL,
  raw      bytea NOT NULL,
  PRIMARY KEY (terminal, epoch, sequence)
);

CREATE TABLE dead_letters (
  terminal text COLLATE "C" NOT NULL,
  epoch    text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  digest   text COLLATE "C" NOT NULL,
  reason   text COLLATE "C" NOT NULL,
  received double precision NOT NULL,
  raw      bytea NOT NULL,
  PRIMARY KEY (terminal, epoch, sequence, digest)
);

CREATE TABLE refused (
  topic    text COLLATE "C" NOT NULL,
  reason   text COLLATE "C" NOT NULL,
  count    bigint NOT NULL,
  last     double precision NOT NULL,
  PRIMARY KEY (topic, reason)
);

CREATE TABLE terminals (
  terminal   text COLLATE "C" PRIMARY KEY,
  said       text COLLATE "C" CHECK (said IN ('up', 'lost', 'off')),
  bd         bigint,
  why        text COLLATE "C",
  birth      bytea,
  state_at   double precision,
  heard      double precision,
  health     bytea,
  report_bd bigint,
  report_n bigint,
  whole_n bigint,
  whole bytea,
  sampled bytea
);
CREATE INDEX terminals_by_heard ON terminals (heard);

CREATE TABLE cases (
  number    text COLLATE "C" PRIMARY KEY,
  terminal  text COLLATE "C" NOT NULL,
  item      text COLLATE "C" NOT NULL,
  item_name text COLLATE "C" NOT NULL,
  situation text COLLATE "C" NOT NULL,
  home      text COLLATE "C" NOT NULL,
  intake    text COLLATE "C" NOT NULL,
  taken_at  text COLLATE "C" NOT NULL,
  token     text COLLATE "C" NOT NULL,
  received  double precision NOT NULL,
  awaits text COLLATE "C" NOT NULL DEFAULT '[]',
  terms text COLLATE "C"
);
CREATE INDEX cases_by_home ON cases (home, received);
CREATE INDEX cases_by_arrival ON cases (received);
CREATE INDEX cases_by_token ON cases (token);
CREATE INDEX cases_by_intake ON cases (intake, received);
CREATE INDEX cases_by_terminal ON cases (terminal, received);

CREATE TABLE case_documents (
  number   text COLLATE "C" NOT NULL REFERENCES cases,
  position bigint NOT NULL,
  digest   text COLLATE "C" NOT NULL,
  size     bigint NOT NULL,
  kind     text COLLATE "C" NOT NULL CHECK (kind IN ('case', 'page')),
  PRIMARY KEY (number, position)
);
CREATE INDEX case_documents_by_digest ON case_documents (digest);

CREATE TABLE documents (
  digest text COLLATE "C" PRIMARY KEY,
  size   bigint NOT NULL,
  stored double precision NOT NULL
);

CREATE TABLE receipts (
  number   text COLLATE "C" NOT NULL,
  attempt  bigint NOT NULL,
  terminal text COLLATE "C" NOT NULL,
  outcome  text COLLATE "C" NOT NULL,
  cause    text COLLATE "C",
  received double precision NOT NULL,
  PRIMARY KEY (number, attempt)
);
CREATE INDEX receipts_by_terminal ON receipts (terminal, received);

CREATE TABLE desired (
  what     text COLLATE "C" NOT NULL CHECK (what IN ('catalogue', 'settings', 'notices', 'accounts', 'program')),
  rev      bigint NOT NULL,
  target   text COLLATE "C" NOT NULL,
  sha256   text COLLATE "C" NOT NULL,
  size     bigint NOT NULL,
  since    text COLLATE "C",
  by       text COLLATE "C" NOT NULL,
  why      text COLLATE "C" NOT NULL,
  made     double precision NOT NULL,
  PRIMARY KEY (what, rev)
);
CREATE INDEX accounts_by_terminal ON desired (target, rev) WHERE what = 'accounts';

CREATE TABLE rollouts (
  id      bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  what    text COLLATE "C" NOT NULL,
  rev     bigint,
  body    bytea,
  target  text COLLATE "C" NOT NULL,
  title   text COLLATE "C" NOT NULL,
  waves   text COLLATE "C" NOT NULL,
  rules   text COLLATE "C" NOT NULL,
  of      bigint REFERENCES rollouts,
  state   text COLLATE "C" NOT NULL CHECK (state IN ('running', 'paused', 'stopped', 'finished', 'taken-back')),
  wave    bigint NOT NULL DEFAULT 0,
  reason  text COLLATE "C",
  by      text COLLATE "C" NOT NULL,
  why     text COLLATE "C" NOT NULL,
  made    double precision NOT NULL,
  CHECK ((rev IS NULL) = (what = 'command') AND (body IS NULL) = (what <> 'command')),
  FOREIGN KEY (what, rev) REFERENCES desired
);
CREATE UNIQUE INDEX rollouts_by_publication ON rollouts (what, rev) WHERE rev IS NOT NULL;
CREATE INDEX rollouts_active ON rollouts (id) WHERE state IN ('running', 'paused', 'stopped');

CREATE TABLE commands (
  id       text COLLATE "C" PRIMARY KEY,
  terminal text COLLATE "C" NOT NULL,
  op       text COLLATE "C" NOT NULL,
  body     bytea NOT NULL,
  by       text COLLATE "C" NOT NULL,
  why      text COLLATE "C" NOT NULL,
  made     double precision NOT NULL,
  expires  double precision NOT NULL,
  state    text COLLATE "C" NOT NULL CHECK (
    state IN ('queued', 'sent', 'accepted', 'running', 'succeeded', 'failed', 'rejected', 'expired', 'canceled')
  ),
  reason   text COLLATE "C",
  detail   text COLLATE "C",
  sent     double precision,
  sends    bigint NOT NULL DEFAULT 0,
  rollout bigint REFERENCES rollouts
);
CREATE INDEX commands_open ON commands (terminal, made) WHERE state IN ('queued', 'sent', 'accepted', 'running');
CREATE INDEX commands_by_time ON commands (made);
CREATE INDEX commands_by_rollout ON commands (rollout, terminal) WHERE rollout IS NOT NULL;
CREATE INDEX commands_by_terminal ON commands (terminal, made);

CREATE TABLE command_log (
  position bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  command  text COLLATE "C" NOT NULL REFERENCES commands,
  at       double precision NOT NULL,
  state    text COLLATE "C" NOT NULL,
  by       text COLLATE "C",
  reason   text COLLATE "C"
);

CREATE TABLE reported (
  terminal text COLLATE "C" NOT NULL,
  what     text COLLATE "C" NOT NULL,
  rev      bigint NOT NULL,
  state    text COLLATE "C" NOT NULL,
  reason   text COLLATE "C",
  detail   text COLLATE "C",
  epoch    text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  received double precision NOT NULL,
  PRIMARY KEY (terminal, what)
);

CREATE TABLE drafts (
  name     text COLLATE "C" PRIMARY KEY,
  hall     text COLLATE "C" NOT NULL,
  terminal text COLLATE "C" NOT NULL,
  digest   text COLLATE "C" NOT NULL,
  size     bigint NOT NULL,
  until    double precision NOT NULL,
  opened   bigint NOT NULL DEFAULT 0
);
CREATE INDEX drafts_by_end ON drafts (until);
CREATE INDEX drafts_by_terminal ON drafts (terminal);

CREATE TABLE draft_tries (
  terminal text COLLATE "C" PRIMARY KEY,
  since    double precision NOT NULL,
  wrong    bigint NOT NULL
);

CREATE TABLE corrections (
  terminal  text COLLATE "C" NOT NULL,
  epoch     text COLLATE "C" NOT NULL,
  sequence  bigint NOT NULL,
  home      text COLLATE "C" NOT NULL,
  told      bytea NOT NULL,
  received  double precision NOT NULL,
  PRIMARY KEY (terminal, epoch, sequence)
);
CREATE INDEX corrections_by_home ON corrections (home, received);
CREATE INDEX corrections_by_arrival ON corrections (received);

CREATE TABLE services (
  number    text COLLATE "C" PRIMARY KEY,
  terminal  text COLLATE "C" NOT NULL,
  item      text COLLATE "C" NOT NULL,
  item_name text COLLATE "C" NOT NULL,
  situation text COLLATE "C",
  home      text COLLATE "C" NOT NULL,
  intake    text COLLATE "C" NOT NULL,
  way       text COLLATE "C" NOT NULL CHECK (way IN ('online', 'window', 'pre_fill', 'query_print', 'elsewhere')),
  given_at  text COLLATE "C" NOT NULL,
  received  double precision NOT NULL
);
CREATE INDEX services_by_arrival ON services (received);
CREATE INDEX services_by_terminal ON services (terminal, received);

CREATE TABLE people (
  login    text COLLATE "C" PRIMARY KEY,
  name     text COLLATE "C" NOT NULL,
  password text COLLATE "C" NOT NULL,
  totp     text COLLATE "C" NOT NULL,
  step     bigint NOT NULL DEFAULT 0,
  wrong    bigint NOT NULL DEFAULT 0,
  locked   double precision,
  disabled bigint NOT NULL DEFAULT 0,
  made     double precision NOT NULL
);

CREATE TABLE grants (
  login text COLLATE "C" NOT NULL REFERENCES people,
  role  text COLLATE "C" NOT NULL,
  party text COLLATE "C" NOT NULL,
  PRIMARY KEY (login, role, party)
);

CREATE TABLE console_sessions (
  token   text COLLATE "C" PRIMARY KEY,
  login   text COLLATE "C" NOT NULL REFERENCES people,
  form    text COLLATE "C" NOT NULL,
  began   double precision NOT NULL,
  touched double precision NOT NULL,
  how text COLLATE "C" NOT NULL DEFAULT 'password'
);

CREATE TABLE record (
  position bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  at       double precision NOT NULL,
  who      text COLLATE "C" NOT NULL,
  act      text COLLATE "C" NOT NULL,
  what     text COLLATE "C" NOT NULL,
  why      text COLLATE "C" NOT NULL,
  result   text COLLATE "C" NOT NULL,
  hash     text COLLATE "C" NOT NULL
);

CREATE TABLE acts (
  number   text COLLATE "C" NOT NULL REFERENCES cases,
  position bigint NOT NULL,
  kind     text COLLATE "C" NOT NULL,
  terminal text COLLATE "C",
  received double precision NOT NULL,
  act      bytea NOT NULL,
  PRIMARY KEY (number, position)
);
CREATE INDEX acts_closed ON acts (received) WHERE kind = 'closed';
CREATE INDEX acts_by_arrival ON acts (received);

CREATE TABLE act_documents (
  number   text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  digest   text COLLATE "C" NOT NULL,
  size     bigint NOT NULL,
  kind     text COLLATE "C" NOT NULL,
  PRIMARY KEY (number, position, digest),
  FOREIGN KEY (number, position) REFERENCES acts
);
CREATE INDEX act_documents_by_digest ON act_documents (digest);

CREATE TABLE lives (
  number   text COLLATE "C" PRIMARY KEY REFERENCES cases,
  state    text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  awaits   text COLLATE "C" NOT NULL,
  access   double precision
);
CREATE INDEX lives_by_state ON lives (state);

CREATE TABLE terms (
  number   text COLLATE "C" NOT NULL REFERENCES lives,
  term     text COLLATE "C" NOT NULL,
  side     text COLLATE "C" NOT NULL CHECK (side IN ('home', 'intake')),
  begins   text COLLATE "C" NOT NULL,
  due      text COLLATE "C" NOT NULL,
  warns    text COLLATE "C" NOT NULL,
  estimate bigint NOT NULL,
  halted   bigint NOT NULL,
  PRIMARY KEY (number, term)
);
CREATE INDEX terms_by_due ON terms (due);

CREATE TABLE ratings (
  id       bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  number   text COLLATE "C" NOT NULL,
  of       text COLLATE "C" NOT NULL CHECK (of IN ('consult', 'intake', 'correction', 'delivery')),
  side     text COLLATE "C" NOT NULL CHECK (side IN ('intake', 'home')),
  task     text COLLATE "C" NOT NULL,
  round    bigint NOT NULL CHECK (round IN (1, 2)),
  party    text COLLATE "C" NOT NULL,
  level    bigint NOT NULL CHECK (level BETWEEN 1 AND 5),
  tags     text COLLATE "C" NOT NULL,
  edition  text COLLATE "C" NOT NULL,
  by       text COLLATE "C" NOT NULL CHECK (by IN ('screen', 'pad', 'page')),
  given_at text COLLATE "C" NOT NULL,
  received double precision NOT NULL,
  words    text COLLATE "C",
  named    bigint NOT NULL,
  terminal text COLLATE "C",
  UNIQUE (number, of, side, task, round)
);
CREATE INDEX ratings_by_party ON ratings (party, received);
CREATE INDEX ratings_by_arrival ON ratings (received);
CREATE INDEX ratings_by_words ON ratings (words) WHERE words IS NOT NULL;

CREATE TABLE tickets (
  ticket      bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  rating      bigint NOT NULL UNIQUE REFERENCES ratings,
  party       text COLLATE "C" NOT NULL,
  side        text COLLATE "C" NOT NULL CHECK (side IN ('intake', 'home')),
  level       bigint NOT NULL CHECK (level IN (1, 2)),
  named       bigint NOT NULL,
  opened      double precision NOT NULL,
  day         text COLLATE "C" NOT NULL,
  state       text COLLATE "C" NOT NULL,
  position    bigint NOT NULL,
  term        text COLLATE "C",
  whose       text COLLATE "C" CHECK (whose IN ('unit', 'centre')),
  due         text COLLATE "C",
  warns       text COLLATE "C",
  estimate    bigint NOT NULL,
  rectify_due text COLLATE "C" NOT NULL,
  outcome     text COLLATE "C",
  settled     text COLLATE "C",
  called      text COLLATE "C",
  satisfaction text COLLATE "C",
  appeal      text COLLATE "C" CHECK (appeal IN ('waiting', 'upheld', 'rejected'))
);
CREATE INDEX tickets_by_due ON tickets (due) WHERE term IS NOT NULL;
CREATE INDEX tickets_by_day ON tickets (day);

CREATE TABLE ticket_acts (
  ticket   bigint NOT NULL REFERENCES tickets,
  position bigint NOT NULL,
  act      bytea NOT NULL,
  PRIMARY KEY (ticket, position)
);

CREATE TABLE item_versions (
  id          bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  part        text COLLATE "C" NOT NULL,
  number      bigint NOT NULL,
  draft       bigint,
  state       text COLLATE "C" NOT NULL CHECK (state IN ('proposed', 'returned', 'withdrawn', 'approved', 'signed', 'published')),
  sha256      text COLLATE "C" NOT NULL,
  body        bytea NOT NULL,
  batch       text COLLATE "C" NOT NULL,
  since       text COLLATE "C",
  why         text COLLATE "C" NOT NULL,
  drafted_by  text COLLATE "C" NOT NULL,
  approved_by text COLLATE "C",
  day         text COLLATE "C",
  approval    text COLLATE "C",
  made        double precision NOT NULL,
  UNIQUE (part, number)
);
CREATE INDEX item_versions_by_digest ON item_versions (sha256);

CREATE TABLE item_drafts (
  id     bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  part   text COLLATE "C" NOT NULL,
  base   bigint REFERENCES item_versions,
  state  text COLLATE "C" NOT NULL CHECK (state IN ('open', 'proposed', 'done', 'dropped')),
  opened double precision NOT NULL,
  by     text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX item_drafts_one ON item_drafts (part) WHERE state IN ('open', 'proposed');

CREATE TABLE item_elements (
  draft  bigint NOT NULL REFERENCES item_drafts,
  number bigint NOT NULL,
  kind   text COLLATE "C" NOT NULL,
  place  bigint NOT NULL,
  value  text COLLATE "C" NOT NULL,
  PRIMARY KEY (draft, number)
);

CREATE TABLE item_edits (
  draft    bigint NOT NULL REFERENCES item_drafts,
  position bigint NOT NULL,
  number   bigint NOT NULL,
  kind     text COLLATE "C" NOT NULL,
  what     text COLLATE "C" NOT NULL,
  before   text COLLATE "C",
  after    text COLLATE "C",
  place    bigint NOT NULL,
  by       text COLLATE "C" NOT NULL,
  at       double precision NOT NULL,
  PRIMARY KEY (draft, position)
);

CREATE TABLE item_answers (
  draft   bigint NOT NULL REFERENCES item_drafts,
  finding text COLLATE "C" NOT NULL,
  words   text COLLATE "C" NOT NULL,
  by      text COLLATE "C" NOT NULL,
  at      double precision NOT NULL,
  PRIMARY KEY (draft, finding)
);

CREATE TABLE item_steps (
  id      bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  part    text COLLATE "C" NOT NULL,
  version bigint REFERENCES item_versions,
  step    text COLLATE "C" NOT NULL,
  words   text COLLATE "C" NOT NULL,
  by      text COLLATE "C" NOT NULL,
  at      double precision NOT NULL
);
CREATE INDEX item_steps_by_part ON item_steps (part, id);

CREATE TABLE item_batches (
  rev     bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  kind    text COLLATE "C" NOT NULL CHECK (kind IN ('published', 'taken-back')),
  title   text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  sha256  text COLLATE "C" NOT NULL,
  back_to bigint,
  since   text COLLATE "C",
  why     text COLLATE "C" NOT NULL,
  by      text COLLATE "C" NOT NULL,
  at      double precision NOT NULL
);

CREATE TABLE item_batch_parts (
  rev     bigint NOT NULL REFERENCES item_batches,
  part    text COLLATE "C" NOT NULL,
  version bigint NOT NULL REFERENCES item_versions,
  PRIMARY KEY (rev, part)
);

CREATE TABLE correction_work (
  number   bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  terminal text COLLATE "C" NOT NULL,
  epoch    text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  part     text COLLATE "C" NOT NULL,
  state    text COLLATE "C" NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'mending', 'mended', 'answered')),
  who      text COLLATE "C",
  version  text COLLATE "C",
  UNIQUE (terminal, epoch, sequence)
);
CREATE INDEX correction_work_by_part ON correction_work (part, state);

CREATE TABLE correction_steps (
  id     bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  number bigint NOT NULL REFERENCES correction_work,
  step   text COLLATE "C" NOT NULL,
  words  text COLLATE "C" NOT NULL,
  by     text COLLATE "C" NOT NULL,
  at     double precision NOT NULL
);
CREATE INDEX correction_steps_by_number ON correction_steps (number, id);

CREATE TABLE conditions (
  id       bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  terminal text COLLATE "C" NOT NULL,
  code     text COLLATE "C" NOT NULL,
  subject  text COLLATE "C" NOT NULL,
  detail   text COLLATE "C" NOT NULL,
  grade    text COLLATE "C" NOT NULL CHECK (grade IN ('bad', 'warning', 'unknown', 'off')),
  since    double precision NOT NULL,
  until    double precision CHECK (until >= since)
);
CREATE UNIQUE INDEX conditions_open ON conditions (terminal, code, subject, detail) WHERE until IS NULL;
CREATE INDEX conditions_by_name ON conditions (terminal, code, subject, detail, until);
CREATE INDEX conditions_by_time ON conditions (terminal, since);
CREATE INDEX conditions_by_end ON conditions (until) WHERE until IS NOT NULL;

CREATE TABLE changes (
  n        bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  terminal text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE samples (
  terminal text COLLATE "C" NOT NULL,
  what     text COLLATE "C" NOT NULL,
  at       double precision NOT NULL,
  value    double precision NOT NULL,
  coarse   bigint NOT NULL,
  PRIMARY KEY (terminal, what, at)
);
CREATE INDEX samples_by_time ON samples (coarse, at);

CREATE TABLE rollout_members (
  rollout  bigint NOT NULL REFERENCES rollouts,
  terminal text COLLATE "C" NOT NULL,
  wave     bigint NOT NULL,
  state    text COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'given', 'done', 'failed', 'left-out')),
  at       double precision NOT NULL,
  tries    bigint NOT NULL DEFAULT 0,
  reason   text COLLATE "C",
  command  text COLLATE "C" REFERENCES commands,
  PRIMARY KEY (rollout, terminal)
);
CREATE INDEX rollout_members_by_terminal ON rollout_members (terminal, rollout);

CREATE TABLE rollout_log (
  position bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  rollout  bigint NOT NULL REFERENCES rollouts,
  at       double precision NOT NULL,
  what     text COLLATE "C" NOT NULL,
  detail   text COLLATE "C" NOT NULL,
  by       text COLLATE "C",
  why      text COLLATE "C"
);
CREATE INDEX rollout_log_of ON rollout_log (rollout, position);

CREATE TABLE tokens (
  id      text COLLATE "C" PRIMARY KEY,
  owner   text COLLATE "C" NOT NULL REFERENCES people,
  name    text COLLATE "C" NOT NULL,
  hash    text COLLATE "C" NOT NULL,
  made    double precision NOT NULL,
  by      text COLLATE "C" NOT NULL,
  expires double precision NOT NULL,
  used    double precision,
  revoked double precision
);
CREATE INDEX tokens_by_owner ON tokens (owner, made);

CREATE TABLE token_grants (
  token text COLLATE "C" NOT NULL REFERENCES tokens,
  role  text COLLATE "C" NOT NULL,
  party text COLLATE "C" NOT NULL,
  PRIMARY KEY (token, role, party)
);

CREATE TABLE deletions (
  digest text COLLATE "C" NOT NULL PRIMARY KEY,
  rule   text COLLATE "C" NOT NULL,
  number text COLLATE "C",
  at     double precision NOT NULL,
  gone   double precision
);
CREATE INDEX deletions_by_case ON deletions (number);
CREATE INDEX deletions_by_time ON deletions (at);
CREATE INDEX deletions_open ON deletions (at) WHERE gone IS NULL;

CREATE TABLE ended_terms (
  number   text COLLATE "C" NOT NULL REFERENCES cases,
  position bigint NOT NULL,
  term     text COLLATE "C" NOT NULL,
  side     text COLLATE "C" NOT NULL CHECK (side IN ('home', 'intake')),
  due      text COLLATE "C" NOT NULL,
  ended    double precision NOT NULL,
  kept     bigint NOT NULL,
  PRIMARY KEY (number, position, term)
);
CREATE INDEX ended_terms_by_time ON ended_terms (ended);

CREATE TABLE report_cases (
  grain     text COLLATE "C" NOT NULL CHECK (grain IN ('day', 'month')),
  at        text COLLATE "C" NOT NULL,
  side      text COLLATE "C" NOT NULL,
  party     text COLLATE "C" NOT NULL,
  item      text COLLATE "C" NOT NULL,
  taken     bigint NOT NULL,
  accepted  bigint NOT NULL,
  refused   bigint NOT NULL,
  decided   bigint NOT NULL,
  delivered bigint NOT NULL,
  withdrawn bigint NOT NULL,
  PRIMARY KEY (grain, at, side, party, item)
);
CREATE INDEX report_cases_whole ON report_cases (grain, side, at) WHERE item = '';

CREATE TABLE report_places (
  grain  text COLLATE "C" NOT NULL CHECK (grain IN ('day', 'month')),
  at     text COLLATE "C" NOT NULL,
  intake text COLLATE "C" NOT NULL,
  home   text COLLATE "C" NOT NULL,
  taken  bigint NOT NULL,
  PRIMARY KEY (grain, at, intake, home)
);

CREATE TABLE report_terminals (
  grain    text COLLATE "C" NOT NULL CHECK (grain IN ('day', 'month')),
  at       text COLLATE "C" NOT NULL,
  terminal text COLLATE "C" NOT NULL,
  cases    bigint NOT NULL,
  services bigint NOT NULL,
  comeback bigint NOT NULL,
  receipts bigint NOT NULL,
  unsure   bigint NOT NULL,
  PRIMARY KEY (grain, at, terminal)
);

CREATE TABLE report_steps (
  at     text COLLATE "C" NOT NULL,
  side   text COLLATE "C" NOT NULL,
  party  text COLLATE "C" NOT NULL,
  item   text COLLATE "C" NOT NULL,
  step   text COLLATE "C" NOT NULL,
  bucket bigint NOT NULL,
  cases  bigint NOT NULL,
  PRIMARY KEY (at, side, party, item, step, bucket)
);

CREATE TABLE report_terms (
  at     text COLLATE "C" NOT NULL,
  side   text COLLATE "C" NOT NULL,
  party  text COLLATE "C" NOT NULL,
  item   text COLLATE "C" NOT NULL,
  term   text COLLATE "C" NOT NULL,
  kept   bigint NOT NULL,
  missed bigint NOT NULL,
  PRIMARY KEY (at, side, party, item, term)
);

CREATE TABLE report_ratings (
  at      text COLLATE "C" NOT NULL,
  side    text COLLATE "C" NOT NULL,
  party   text COLLATE "C" NOT NULL,
  of      text COLLATE "C" NOT NULL,
  item    text COLLATE "C" NOT NULL,
  place   text COLLATE "C" NOT NULL,
  ratable bigint NOT NULL,
  rated   bigint NOT NULL,
  l5      bigint NOT NULL,
  l4      bigint NOT NULL,
  l3      bigint NOT NULL,
  l2      bigint NOT NULL,
  l1      bigint NOT NULL,
  PRIMARY KEY (at, side, party, of, item, place)
);

CREATE TABLE report_items (item text COLLATE "C" PRIMARY KEY, name text COLLATE "C" NOT NULL);

CREATE TABLE report_made (
  what text COLLATE "C" NOT NULL,
  at   text COLLATE "C" NOT NULL,
  made double precision NOT NULL,
  PRIMARY KEY (what, at)
);

CREATE TABLE alert_rules (
  version bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  rules   bytea NOT NULL,
  by      text COLLATE "C" NOT NULL,
  why     text COLLATE "C" NOT NULL,
  at      double precision NOT NULL
);

CREATE TABLE alerts (
  id        bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  rule      text COLLATE "C" NOT NULL,
  code      text COLLATE "C" NOT NULL,
  subject   text COLLATE "C" NOT NULL,
  scope     text COLLATE "C" NOT NULL,
  party     text COLLATE "C" NOT NULL,
  name      text COLLATE "C" NOT NULL,
  severity  text COLLATE "C" NOT NULL CHECK (severity IN ('critical', 'major', 'minor')),
  state     text COLLATE "C" NOT NULL CHECK (state IN ('pending', 'open', 'acknowledged', 'resolved')),
  live      bigint NOT NULL CHECK (live IN (0, 1)),
  began     double precision NOT NULL,
  opened    double precision NOT NULL,
  told      double precision NOT NULL,
  escalated bigint NOT NULL,
  resolved  double precision,
  standing  bigint NOT NULL,
  most      bigint NOT NULL,
  assigned  text COLLATE "C"
);
CREATE UNIQUE INDEX alerts_one_of_a_cause ON alerts (rule, code, subject, scope, party) WHERE live = 1;
CREATE INDEX alerts_by_state ON alerts (state, id);

CREATE TABLE alert_members (
  alert    bigint NOT NULL REFERENCES alerts,
  terminal text COLLATE "C" NOT NULL,
  first    double precision NOT NULL,
  since    double precision NOT NULL,
  ended    double precision,
  bad      double precision NOT NULL,
  spells   bigint NOT NULL,
  told     bigint NOT NULL,
  detail   text COLLATE "C" NOT NULL,
  PRIMARY KEY (alert, terminal)
);
CREATE INDEX alert_members_by_terminal ON alert_members (terminal, alert);

CREATE TABLE alert_log (
  position bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  alert    bigint NOT NULL REFERENCES alerts,
  at       double precision NOT NULL,
  kind     text COLLATE "C" NOT NULL,
  count    bigint NOT NULL,
  by       text COLLATE "C",
  why      text COLLATE "C" NOT NULL
);
CREATE INDEX alert_log_by_alert ON alert_log (alert, position);

CREATE TABLE alert_messages (
  id      text COLLATE "C" PRIMARY KEY,
  channel text COLLATE "C" NOT NULL,
  at      double precision NOT NULL,
  title   text COLLATE "C" NOT NULL,
  text    text COLLATE "C" NOT NULL,
  handed  bigint NOT NULL
);
CREATE INDEX alert_messages_by_channel ON alert_messages (channel, at);
CREATE INDEX alert_messages_by_time ON alert_messages (at);
CREATE INDEX alert_messages_to_hand ON alert_messages (at) WHERE handed = 0;

CREATE TABLE alert_tellings (
  position bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  alert    bigint NOT NULL REFERENCES alerts,
  channel  text COLLATE "C" NOT NULL,
  kind     text COLLATE "C" NOT NULL,
  count    bigint NOT NULL,
  at       double precision NOT NULL,
  message  text COLLATE "C" REFERENCES alert_messages
);
CREATE INDEX alert_tellings_waiting ON alert_tellings (channel, position) WHERE message IS NULL;
CREATE INDEX alert_tellings_by_alert ON alert_tellings (alert, position);
CREATE INDEX alert_tellings_by_message ON alert_tellings (message);

CREATE TABLE maintenance (
  id       bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  name     text COLLATE "C" NOT NULL,
  scope    bytea NOT NULL,
  begins   double precision NOT NULL,
  ends     double precision NOT NULL,
  by       text COLLATE "C" NOT NULL,
  why      text COLLATE "C" NOT NULL,
  made     double precision NOT NULL,
  ended_by text COLLATE "C"
);
CREATE INDEX maintenance_by_end ON maintenance (ends);

CREATE TABLE person_requests (
  request  bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  number   text COLLATE "C" NOT NULL REFERENCES cases,
  kind     text COLLATE "C" NOT NULL CHECK (kind IN ('access', 'copy', 'correct', 'delete')),
  groups   text COLLATE "C" NOT NULL,
  by       text COLLATE "C" NOT NULL CHECK (by IN ('receipt', 'window', 'terminal')),
  at       double precision NOT NULL,
  due      text COLLATE "C" NOT NULL,
  estimate bigint NOT NULL
);
CREATE INDEX person_requests_by_case ON person_requests (number);

CREATE TABLE request_answers (
  request  bigint PRIMARY KEY REFERENCES person_requests,
  outcome  text COLLATE "C" NOT NULL CHECK (outcome IN ('granted', 'refused')),
  why      text COLLATE "C" NOT NULL,
  at       double precision NOT NULL
);

CREATE TABLE request_handed (
  request  bigint PRIMARY KEY REFERENCES person_requests,
  terminal text COLLATE "C",
  at       double precision NOT NULL
);

CREATE TABLE request_documents (
  request  bigint NOT NULL REFERENCES person_requests,
  digest   text COLLATE "C" NOT NULL,
  size     bigint NOT NULL,
  kind     text COLLATE "C" NOT NULL,
  terminal text COLLATE "C",
  PRIMARY KEY (request, digest)
);
CREATE INDEX request_documents_by_digest ON request_documents (digest);

CREATE TABLE tags (
  terminal text COLLATE "C" NOT NULL,
  tag      text COLLATE "C" NOT NULL,
  PRIMARY KEY (terminal, tag)
);
CREATE INDEX tags_by_tag ON tags (tag);

CREATE TABLE notes (
  id       bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  terminal text COLLATE "C" NOT NULL,
  at       double precision NOT NULL,
  by       text COLLATE "C" NOT NULL,
  text     text COLLATE "C" NOT NULL
);
CREATE INDEX notes_of ON notes (terminal, at);

CREATE TABLE views (
  id    bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  owner text COLLATE "C" NOT NULL,
  party text COLLATE "C",
  name  text COLLATE "C" NOT NULL,
  query text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX views_by_name ON views (owner, name);

CREATE TABLE first_heard (
  terminal text COLLATE "C" PRIMARY KEY,
  since    double precision NOT NULL
);

CREATE TABLE clerks (
  party   text COLLATE "C" NOT NULL,
  login   text COLLATE "C" NOT NULL,
  name    text COLLATE "C" NOT NULL,
  duties  text COLLATE "C" NOT NULL,
  hall    text COLLATE "C",
  proof   text COLLATE "C" NOT NULL,
  badge   text COLLATE "C",
  made    double precision NOT NULL,
  locked  double precision,
  ended   double precision,
  changed bigint NOT NULL,
  PRIMARY KEY (party, login)
);
CREATE UNIQUE INDEX clerks_by_badge ON clerks (party, badge) WHERE badge IS NOT NULL;
CREATE INDEX clerks_by_change ON clerks (changed);

CREATE TABLE clerk_documents (
  terminal text COLLATE "C" PRIMARY KEY,
  digest   text COLLATE "C" NOT NULL,
  issued   double precision NOT NULL,
  rev      bigint NOT NULL,
  clerks   bigint NOT NULL
);

CREATE VIEW open_commands AS SELECT * FROM commands WHERE state IN ('queued', 'sent', 'accepted', 'running');
CREATE VIEW over AS SELECT digest FROM deletions WHERE rule NOT IN ('unnamed', 'draft');
CREATE VIEW case_entries AS
SELECT c.*, l.state, l.awaits AS open,
  (SELECT count(*) FROM case_documents d WHERE d.number = c.number) AS named,
  (SELECT count(*) FROM case_documents d WHERE d.number = c.number AND (d.digest IN (SELECT digest FROM documents)
    OR d.digest IN (SELECT digest FROM over))) AS stored,
  (SELECT outcome FROM receipts r WHERE r.number = c.number ORDER BY r.attempt DESC LIMIT 1) AS outcome
FROM cases c JOIN lives l USING (number);

CREATE TRIGGER command_log_stays BEFORE UPDATE ON command_log FOR EACH ROW EXECUTE FUNCTION refuse('the log of commands is not changed');
CREATE TRIGGER command_log_is_kept BEFORE DELETE ON command_log FOR EACH ROW EXECUTE FUNCTION refuse('the log of commands is not deleted');
CREATE TRIGGER acts_stay BEFORE UPDATE ON acts FOR EACH ROW EXECUTE FUNCTION refuse('an act is not changed');
CREATE TRIGGER acts_are_kept BEFORE DELETE ON acts FOR EACH ROW EXECUTE FUNCTION refuse('an act is not deleted');
CREATE TRIGGER ratings_stay BEFORE UPDATE ON ratings FOR EACH ROW EXECUTE FUNCTION refuse('a rating is not changed');
CREATE TRIGGER ratings_are_kept BEFORE DELETE ON ratings FOR EACH ROW EXECUTE FUNCTION refuse('a rating is not deleted');
CREATE TRIGGER tickets_stay BEFORE UPDATE OF ticket, rating, side, level, named, opened, day ON tickets FOR EACH ROW EXECUTE FUNCTION refuse('what opened a ticket is not changed');
CREATE TRIGGER tickets_are_kept BEFORE DELETE ON tickets FOR EACH ROW EXECUTE FUNCTION refuse('a ticket is not deleted');
CREATE TRIGGER ticket_acts_stay BEFORE UPDATE ON ticket_acts FOR EACH ROW EXECUTE FUNCTION refuse('an act is not changed');
CREATE TRIGGER ticket_acts_are_kept BEFORE DELETE ON ticket_acts FOR EACH ROW EXECUTE FUNCTION refuse('an act is not deleted');
CREATE TRIGGER item_edits_stay BEFORE UPDATE ON item_edits FOR EACH ROW EXECUTE FUNCTION refuse('an edit is not changed');
CREATE TRIGGER item_edits_are_kept BEFORE DELETE ON item_edits FOR EACH ROW EXECUTE FUNCTION refuse('an edit is not deleted');
CREATE TRIGGER item_steps_stay BEFORE UPDATE ON item_steps FOR EACH ROW EXECUTE FUNCTION refuse('a step is not changed');
CREATE TRIGGER item_steps_are_kept BEFORE DELETE ON item_steps FOR EACH ROW EXECUTE FUNCTION refuse('a step is not deleted');
CREATE TRIGGER correction_steps_stay BEFORE UPDATE ON correction_steps FOR EACH ROW EXECUTE FUNCTION refuse('a step is not changed');
CREATE TRIGGER correction_steps_are_kept BEFORE DELETE ON correction_steps FOR EACH ROW EXECUTE FUNCTION refuse('a step is not deleted');
CREATE TRIGGER conditions_end_once BEFORE UPDATE ON conditions FOR EACH ROW WHEN (OLD.until IS NOT NULL OR NEW.until IS NULL OR NEW.since IS DISTINCT FROM OLD.since OR NEW.id IS DISTINCT FROM OLD.id OR NEW.grade IS DISTINCT FROM OLD.grade OR (NEW.terminal, NEW.code, NEW.subject, NEW.detail) IS DISTINCT FROM (OLD.terminal, OLD.code, OLD.subject, OLD.detail)) EXECUTE FUNCTION refuse('a condition only ends, and once');
CREATE TRIGGER conditions_stand BEFORE DELETE ON conditions FOR EACH ROW WHEN (OLD.until IS NULL) EXECUTE FUNCTION refuse('a condition that stands is not deleted');
CREATE TRIGGER rollout_log_stays BEFORE UPDATE ON rollout_log FOR EACH ROW EXECUTE FUNCTION refuse('the log of roll-outs is not changed');
CREATE TRIGGER rollout_log_is_kept BEFORE DELETE ON rollout_log FOR EACH ROW EXECUTE FUNCTION refuse('the log of roll-outs is not deleted');
CREATE TRIGGER deletions_are_kept BEFORE DELETE ON deletions FOR EACH ROW EXECUTE FUNCTION refuse('a deletion stays on record');
CREATE TRIGGER deletions_stay BEFORE UPDATE OF digest, rule, number, at ON deletions FOR EACH ROW EXECUTE FUNCTION refuse('a deletion stays on record');
CREATE TRIGGER alert_rules_stay BEFORE UPDATE ON alert_rules FOR EACH ROW EXECUTE FUNCTION refuse('rules once saved are not changed');
CREATE TRIGGER alert_rules_are_kept BEFORE DELETE ON alert_rules FOR EACH ROW EXECUTE FUNCTION refuse('rules once saved are not deleted');
CREATE TRIGGER alert_log_stays BEFORE UPDATE ON alert_log FOR EACH ROW EXECUTE FUNCTION refuse('the log of alerts is not changed');
CREATE TRIGGER alert_log_is_kept BEFORE DELETE ON alert_log FOR EACH ROW EXECUTE FUNCTION refuse('the log of alerts is not deleted');
CREATE TRIGGER maintenance_is_kept BEFORE DELETE ON maintenance FOR EACH ROW EXECUTE FUNCTION refuse('maintenance is ended, not deleted');
CREATE TRIGGER person_requests_stay BEFORE UPDATE ON person_requests FOR EACH ROW EXECUTE FUNCTION refuse('a request is not changed');
CREATE TRIGGER person_requests_are_kept BEFORE DELETE ON person_requests FOR EACH ROW EXECUTE FUNCTION refuse('a request is not deleted');
CREATE TRIGGER request_answers_stay BEFORE UPDATE ON request_answers FOR EACH ROW EXECUTE FUNCTION refuse('an answer is not changed');
CREATE TRIGGER request_answers_are_kept BEFORE DELETE ON request_answers FOR EACH ROW EXECUTE FUNCTION refuse('an answer is not deleted');
CREATE TRIGGER notes_stay BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION refuse('a note is not changed');
CREATE TRIGGER notes_are_kept BEFORE DELETE ON notes FOR EACH ROW EXECUTE FUNCTION refuse('a note is not deleted');
CREATE TRIGGER clerks_are_kept BEFORE DELETE ON clerks FOR EACH ROW EXECUTE FUNCTION refuse('an account is ended, not deleted');
CREATE TRIGGER desired_stays BEFORE UPDATE ON desired FOR EACH ROW EXECUTE FUNCTION refuse('a publication is not changed');
CREATE TRIGGER desired_is_kept BEFORE DELETE ON desired FOR EACH ROW WHEN (old.what <> 'accounts') EXECUTE FUNCTION refuse('a publication is not deleted');

CREATE FUNCTION corrections_are_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO correction_work (terminal, epoch, sequence, part) VALUES (new.terminal, new.epoch, new.sequence, new.home);
  RETURN NULL;
END $$;
CREATE TRIGGER corrections_are_work AFTER INSERT ON corrections FOR EACH ROW EXECUTE FUNCTION corrections_are_work();
CREATE FUNCTION terminals_first_heard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO first_heard VALUES (new.terminal, coalesce(new.heard, new.state_at, 0)) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER terminals_first_heard AFTER INSERT ON terminals FOR EACH ROW EXECUTE FUNCTION terminals_first_heard();
