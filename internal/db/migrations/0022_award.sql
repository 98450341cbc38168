-- +goose Up
-- What is known of an award besides the register's row (0008), whose valid_to
-- is the first day on which it no longer holds for whatever reason.
CREATE TABLE award_detail (
  award_id   TEXT PRIMARY KEY REFERENCES award (id),
  call_id    TEXT NOT NULL,                   -- '' = from before this program
  application_id TEXT NOT NULL,
  programme  TEXT NOT NULL,
  org_id     TEXT NOT NULL,
  number     TEXT NOT NULL UNIQUE,            -- of the certificate
  document   TEXT NOT NULL,                   -- number of the decision
  day        TEXT NOT NULL,                   -- of the decision
  term       TEXT NOT NULL,                   -- valid_to as granted or renewed, '' = open
  state      TEXT NOT NULL,                   -- of the workflow "award"
  desk       TEXT NOT NULL,                   -- whose turn it is, '' = nobody's
  since      TIMESTAMPTZ NOT NULL,
  due        TEXT NOT NULL,
  sentence   TEXT NOT NULL,                   -- public word of the jury
  cause      TEXT NOT NULL,                   -- why it is to be revoked: fraud, standard, other; '' = it is not
  exempt     BIGINT NOT NULL,                 -- 1 = excellent: the next re-evaluation falls away
  score      TEXT NOT NULL,                   -- of the re-evaluation that runs, exact decimal; '' = none yet
  failed     BIGINT NOT NULL,                 -- re-evaluations failed one after another
  final      BIGINT NOT NULL                  -- 1 = in a state in which nothing is expected any more
);
CREATE INDEX award_detail_application_id_idx ON award_detail (application_id);
CREATE INDEX award_detail_programme_idx ON award_detail (programme);
CREATE TABLE award_event (
  award_id   TEXT NOT NULL REFERENCES award (id),
  nr         BIGINT NOT NULL,
  move       TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  reason     TEXT NOT NULL,                   -- public
  actor      TEXT NOT NULL,
  day        TEXT NOT NULL,                   -- in the city's zone
  valid_to   TEXT NOT NULL,                   -- as it was after the move
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (award_id, nr)
);
-- What was said and written while an award was to be revoked.
CREATE TABLE award_record (
  id         TEXT PRIMARY KEY,
  award_id   TEXT NOT NULL REFERENCES award (id),
  kind       TEXT NOT NULL,                   -- statement, hearing_asked, hearing, waiver, appeal, appeal_refused
  day        TEXT NOT NULL,
  text       TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL
);
CREATE INDEX award_record_award_id_idx ON award_record (award_id);
-- Guidance (P1.6): of an applicant, a candidate or a holder.
CREATE TABLE coach (
  id         TEXT PRIMARY KEY,
  expert_id  TEXT NOT NULL,
  org_id     TEXT NOT NULL,                   -- '' = the area itself
  area_id    BIGINT NOT NULL,
  programme  TEXT NOT NULL,                   -- whose criteria it works towards
  from_day   TEXT NOT NULL,
  to_day     TEXT NOT NULL,                   -- '' = still
  reason     TEXT NOT NULL,                   -- of the end
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL
);
CREATE INDEX coach_org_id_idx ON coach (org_id);
CREATE INDEX coach_area_id_idx ON coach (area_id);
CREATE TABLE guidance (
  id         TEXT PRIMARY KEY,
  coach_id   TEXT NOT NULL REFERENCES coach (id),
  expert_id  TEXT NOT NULL,
  org_id     TEXT NOT NULL,
  area_id    BIGINT NOT NULL,
  day        TEXT NOT NULL,
  kind       TEXT NOT NULL,                   -- visit, call, meeting, written
  text       TEXT NOT NULL,
  answer     TEXT NOT NULL,                   -- of who is guided
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL
);
CREATE INDEX guidance_coach_id_idx ON guidance (coach_id);
-- Advice that became an item of the improvement plan.
CREATE TABLE improvement (
  id         TEXT PRIMARY KEY,
  coach_id   TEXT NOT NULL REFERENCES coach (id),
  guidance_id TEXT NOT NULL,                  -- contact it was given at, '' = none
  leaf       TEXT NOT NULL,                   -- of the programme's rubric, '' = no single one
  text       TEXT NOT NULL,
  due        TEXT NOT NULL,
  state      TEXT NOT NULL,                   -- open, done, dropped
  before     TEXT NOT NULL,                   -- what there was at the start
  after      TEXT NOT NULL,                   -- what there is now
  reason     TEXT NOT NULL,                   -- dropped: why
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  done_at    TIMESTAMPTZ
);
CREATE INDEX improvement_coach_id_idx ON improvement (coach_id);
CREATE TABLE milestone (
  id         TEXT PRIMARY KEY,
  improvement_id TEXT NOT NULL REFERENCES improvement (id),
  text       TEXT NOT NULL,
  due        TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  done_at    TIMESTAMPTZ
);
CREATE INDEX milestone_improvement_id_idx ON milestone (improvement_id);
CREATE TABLE award_check (
  id         TEXT PRIMARY KEY,
  award_id   TEXT NOT NULL REFERENCES award (id),
  year       BIGINT NOT NULL,
  state      TEXT NOT NULL,                   -- open, unchanged, answered, accepted
  findings   TEXT NOT NULL,                   -- JSON: red indicators, upheld complaints
  answer     TEXT NOT NULL,                   -- JSON: by number of the finding
  note       TEXT NOT NULL,                   -- of the office
  due        TEXT NOT NULL,
  author     TEXT NOT NULL,                   -- who answered
  at         TIMESTAMPTZ NOT NULL,
  answered_at TIMESTAMPTZ,
  UNIQUE (award_id, year)
);

-- +goose Down
DROP TABLE award_check;
DROP TABLE milestone;
DROP TABLE improvement;
DROP TABLE guidance;
DROP TABLE coach;
DROP TABLE award_record;
DROP TABLE award_event;
DROP TABLE award_detail;
