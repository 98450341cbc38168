-- +goose Up
-- The pool of experts.
CREATE TABLE expert (
  id         TEXT PRIMARY KEY,
  code       TEXT NOT NULL,                   -- number in the pool
  account_id TEXT NOT NULL,                   -- '' = has none yet
  name       TEXT NOT NULL,
  title      TEXT NOT NULL,
  categories TEXT NOT NULL,                   -- JSON list of codes
  fields     TEXT NOT NULL,                   -- JSON list of words
  org_id     TEXT NOT NULL,                   -- employer in the register, '' = not in it
  org_name   TEXT NOT NULL,                   -- employer as written
  work_area  BIGINT NOT NULL,                 -- 0 = unknown
  home_area  BIGINT NOT NULL,
  state      TEXT NOT NULL,                   -- invited, active, resting, left
  load       BIGINT NOT NULL,                 -- applications a call at most, 0 = as the call says
  terms_at   TIMESTAMPTZ,                     -- when the terms were accepted
  version    BIGINT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX expert_code_idx ON expert (code);
CREATE INDEX expert_account_id_idx ON expert (account_id);
-- A tie between an expert and an area, an institution or an application.
CREATE TABLE conflict (
  id         TEXT PRIMARY KEY,
  expert_id  TEXT NOT NULL REFERENCES expert (id),
  kind       TEXT NOT NULL,                   -- declared, employer, recommender, coach, visit, work_area, home_area, family; any = all of them
  subject    TEXT NOT NULL,                   -- area, org, application
  subject_id TEXT NOT NULL,
  source     TEXT NOT NULL,                   -- what made it: register, declaration, guidance:ID, visit:ID, office
  from_day   TEXT NOT NULL,                   -- '' = always
  to_day     TEXT NOT NULL,                   -- '' = still
  state      TEXT NOT NULL,                   -- holds, suggested, cleared (the office looked and found none), ended
  pinned     BIGINT NOT NULL,                 -- 1 = set by the office: the program does not change it again
  reason     TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX conflict_made_idx ON conflict (expert_id, kind, subject, subject_id, source);
CREATE INDEX conflict_subject_idx ON conflict (subject, subject_id);
-- What was declared, found, decided and drawn from it: never changed.
CREATE TABLE conflict_event (
  id         TEXT PRIMARY KEY,
  expert_id  TEXT NOT NULL REFERENCES expert (id),
  edge_id    TEXT NOT NULL,                   -- '' = none
  what       TEXT NOT NULL,                   -- found, suggested, declared, held, cleared, pinned, unpinned, ended, recused
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  reason     TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL
);
CREATE INDEX conflict_event_expert_id_idx ON conflict_event (expert_id);
CREATE TABLE invitation (
  id         TEXT PRIMARY KEY,
  expert_id  TEXT NOT NULL REFERENCES expert (id),
  call_id    TEXT NOT NULL,                   -- '' = to the pool
  state      TEXT NOT NULL,                   -- sent, accepted, declined, expired
  terms      TEXT NOT NULL,                   -- digest of the terms shown
  terms_key  TEXT NOT NULL,                   -- text that was shown
  due        TEXT NOT NULL,
  reason     TEXT NOT NULL,                   -- declined: code of a reason
  note       TEXT NOT NULL,
  sent_by    TEXT NOT NULL,
  sent_at    TIMESTAMPTZ NOT NULL,
  answered_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX invitation_expert_id_idx ON invitation (expert_id, call_id);

-- +goose Down
DROP TABLE invitation;
DROP TABLE conflict_event;
DROP TABLE conflict;
DROP TABLE expert;
