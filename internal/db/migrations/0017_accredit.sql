-- +goose Up
-- A call of a programme of award (P1.7). What it is judged by is frozen in
-- rules when it opens, and never changes after.
CREATE TABLE award_call (
  id         TEXT PRIMARY KEY,
  code       TEXT NOT NULL UNIQUE,            -- 2025-JY-1
  programme  TEXT NOT NULL,                   -- code in the pack
  title      TEXT NOT NULL,                   -- JSON by language
  kind       TEXT NOT NULL,                   -- first, reevaluation
  state      TEXT NOT NULL,                   -- of the workflow "call"
  since      TIMESTAMPTZ NOT NULL,
  due        TEXT NOT NULL,
  places     BIGINT NOT NULL,                 -- awards at most
  period     TEXT NOT NULL,                   -- of the figures that are evidence: 2024
  rules      TEXT NOT NULL,                   -- JSON of accredit.Rules, '' = not open yet
  digest     TEXT NOT NULL,                   -- SHA-256 of rules, hex
  timeline   TEXT NOT NULL,                   -- JSON of []accredit.Stage; '' = not open yet
  opens      TEXT NOT NULL,                   -- day it is planned to open, then the day it did
  authorisation TEXT NOT NULL,                -- JSON of pack.Authorisation as the office recorded it, '' = that of the pack
  created_by TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  opened_at  TIMESTAMPTZ
);
CREATE TABLE call_event (
  call_id    TEXT NOT NULL REFERENCES award_call (id),
  nr         BIGINT NOT NULL,
  move       TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  reason     TEXT NOT NULL,
  actor      TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (call_id, nr)
);
-- Questions of applicants with answers for all.
CREATE TABLE call_question (
  id          TEXT PRIMARY KEY,
  call_id     TEXT NOT NULL REFERENCES award_call (id),
  question    TEXT NOT NULL,
  asked_by    TEXT NOT NULL,
  asked_at    TIMESTAMPTZ NOT NULL,
  answer      TEXT NOT NULL,
  answered_by TEXT NOT NULL,
  answered_at TIMESTAMPTZ
);
CREATE INDEX call_question_call_id_idx ON call_question (call_id);

-- An application: a case that lives for years (P1.6).
CREATE TABLE application (
  id           TEXT PRIMARY KEY,
  call_id      TEXT NOT NULL REFERENCES award_call (id),
  code         TEXT NOT NULL UNIQUE,          -- anonymous number: JY-2025-0087
  object       TEXT NOT NULL,                 -- as in the programme
  org_id       TEXT NOT NULL,                 -- institution that applies, '' = the area itself
  area_id      BIGINT NOT NULL REFERENCES area (id), -- the object's own area
  district     BIGINT NOT NULL,               -- area of the district it lies in, 0 = none
  title        TEXT NOT NULL,                 -- of a project; else the name of what applies
  channel      TEXT NOT NULL,                 -- self, recommended
  award_id     TEXT NOT NULL,                 -- re-evaluation: the award
  gates        TEXT NOT NULL,                 -- JSON of []accredit.GateResult
  state        TEXT NOT NULL,                 -- of the workflow "application"
  desk         TEXT NOT NULL,                 -- whose turn it is, '' = nobody's
  since        TIMESTAMPTZ NOT NULL,
  due          TEXT NOT NULL,
  supplements  BIGINT NOT NULL,               -- how often it was sent back for completion
  version      BIGINT NOT NULL,
  created_by   TEXT NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL,
  submitted_at TIMESTAMPTZ                    -- the first time: from then on its figures are frozen
);
CREATE INDEX application_call_id_code_idx ON application (call_id, code);
CREATE INDEX application_call_id_state_idx ON application (call_id, state);
CREATE INDEX application_call_id_district_idx ON application (call_id, district);
CREATE INDEX application_org_id_idx ON application (org_id);
CREATE INDEX application_area_id_idx ON application (area_id);
CREATE INDEX application_due_idx ON application (due);

CREATE TABLE application_event (
  application_id TEXT NOT NULL REFERENCES application (id),
  nr         BIGINT NOT NULL,
  move       TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  reason     TEXT NOT NULL,
  actor      TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (application_id, nr)
);
-- What an applicant claims of a leaf, and each earlier text of it.
CREATE TABLE claim (
  application_id TEXT NOT NULL REFERENCES application (id),
  leaf       TEXT NOT NULL,                   -- code; content:CODE = a text of the application
  version    BIGINT NOT NULL,
  level      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (application_id, leaf, version)
);
CREATE TABLE evidence (
  id         TEXT PRIMARY KEY,
  application_id TEXT NOT NULL REFERENCES application (id),
  leaf       TEXT NOT NULL,
  slot       TEXT NOT NULL,                   -- code of the slot
  kind       TEXT NOT NULL,                   -- figure, org, file, link
  label      TEXT NOT NULL,
  figure     TEXT NOT NULL,                   -- JSON of accredit.Figure: frozen value and lineage
  url        TEXT NOT NULL,
  digest     TEXT NOT NULL,                   -- SHA-256 of the file, hex
  media      TEXT NOT NULL,
  size       BIGINT NOT NULL,
  verdict    TEXT NOT NULL,                   -- of the street: '', exists, missing
  note       TEXT NOT NULL,                   -- of the street
  removed_at TIMESTAMPTZ,
  removed_by TEXT NOT NULL,
  removed_why TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL
);
CREATE INDEX evidence_application_id_idx ON evidence (application_id);
CREATE INDEX evidence_digest_idx ON evidence (digest);

CREATE TABLE recommendation (
  application_id TEXT PRIMARY KEY REFERENCES application (id),
  call_id    TEXT NOT NULL,
  area_id    BIGINT NOT NULL,                 -- the district
  verdict    TEXT NOT NULL,                   -- yes, no
  place      BIGINT NOT NULL,                 -- order, 1 first; 0 = not recommended
  score      TEXT NOT NULL,                   -- exact decimal of its own, '' = none
  reason     TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL
);
CREATE INDEX recommendation_call_id_area_id_idx ON recommendation (call_id, area_id);
-- Applications that look alike and were found to be different cases.
CREATE TABLE duplicate (
  application_id TEXT NOT NULL REFERENCES application (id),
  other_id   TEXT NOT NULL REFERENCES application (id),
  reason     TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (application_id, other_id)
);
-- Who may not apply for a time: statistics fraud, fraud in an application.
CREATE TABLE bar (
  id         TEXT PRIMARY KEY,
  org_id     TEXT NOT NULL,
  area_id    BIGINT NOT NULL,                 -- 0 = the institution only
  from_day   TEXT NOT NULL,
  to_day     TEXT NOT NULL,
  source     TEXT NOT NULL,                   -- what it follows from
  reason     TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  lifted_at  TIMESTAMPTZ,
  lifted_by  TEXT NOT NULL,
  lifted_why TEXT NOT NULL
);
CREATE INDEX bar_org_id_idx ON bar (org_id);
-- Files of applications, visits, objections: content by digest.
CREATE TABLE attachment (
  digest     TEXT PRIMARY KEY,                -- SHA-256, hex
  size       BIGINT NOT NULL,
  media      TEXT NOT NULL,
  scanned    TEXT NOT NULL,                   -- what the scanner said; '' = no scanner
  created_at TIMESTAMPTZ NOT NULL
);

-- +goose Down
DROP TABLE attachment;
DROP TABLE bar;
DROP TABLE duplicate;
DROP TABLE recommendation;
DROP TABLE evidence;
DROP TABLE claim;
DROP TABLE application_event;
DROP TABLE application;
DROP TABLE call_question;
DROP TABLE call_event;
DROP TABLE award_call;
