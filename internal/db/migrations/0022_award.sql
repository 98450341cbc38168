-- +goose Up
-- What is known of an award besides the register's row (0008).
CREATE TABLE award_detail (
  award_id   TEXT PRIMARY KEY REFERENCES award (id),
  call_id    TEXT NOT NULL,                   -- '' = from before this program
  application_id TEXT NOT NULL,
  programme  TEXT NOT NULL,
  org_id     TEXT NOT NULL,
  number     TEXT NOT NULL UNIQUE,            -- of the certificate
  document   TEXT NOT NULL,                   -- number of the decision
  state      TEXT NOT NULL,                   -- of the workflow "award"
  since      TIMESTAMPTZ NOT NULL,
  due        TEXT NOT NULL,
  sentence   TEXT NOT NULL,                   -- public word of the jury
  exempt     BIGINT NOT NULL,                 -- 1 = excellent: the next re-evaluation falls away
  failed     BIGINT NOT NULL                  -- re-evaluations failed one after another
);
CREATE TABLE award_event (
  award_id   TEXT NOT NULL REFERENCES award (id),
  nr         BIGINT NOT NULL,
  move       TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  reason     TEXT NOT NULL,                   -- public
  actor      TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (award_id, nr)
);
-- Guidance (P1.6): of an applicant, a candidate or a holder.
CREATE TABLE coach (
  id         TEXT PRIMARY KEY,
  expert_id  TEXT NOT NULL,
  org_id     TEXT NOT NULL,
  area_id    BIGINT NOT NULL,
  from_day   TEXT NOT NULL,
  to_day     TEXT NOT NULL,
  author     TEXT NOT NULL
);
CREATE TABLE guidance (
  id         TEXT PRIMARY KEY,
  coach_id   TEXT NOT NULL,
  expert_id  TEXT NOT NULL,
  org_id     TEXT NOT NULL,
  area_id    BIGINT NOT NULL,
  day        TEXT NOT NULL,
  kind       TEXT NOT NULL,                   -- visit, call, meeting, written
  text       TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL
);
-- Advice and milestones of an improvement plan.
CREATE TABLE improvement (
  id         TEXT PRIMARY KEY,
  guidance_id TEXT NOT NULL,
  org_id     TEXT NOT NULL,
  area_id    BIGINT NOT NULL,
  leaf       TEXT NOT NULL,
  text       TEXT NOT NULL,
  due        TEXT NOT NULL,
  state      TEXT NOT NULL,                   -- open, done, dropped
  before     TEXT NOT NULL,                   -- JSON: evidence or figure at the start
  after      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  done_at    TIMESTAMPTZ
);
CREATE TABLE award_check (
  id         TEXT PRIMARY KEY,
  award_id   TEXT NOT NULL REFERENCES award (id),
  year       BIGINT NOT NULL,
  state      TEXT NOT NULL,                   -- open, unchanged, answered, accepted
  findings   TEXT NOT NULL,                   -- JSON: red indicators, upheld complaints
  answer     TEXT NOT NULL,
  due        TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  UNIQUE (award_id, year)
);

-- +goose Down
DROP TABLE award_check;
DROP TABLE improvement;
DROP TABLE guidance;
DROP TABLE coach;
DROP TABLE award_detail;
DROP TABLE award_event;
