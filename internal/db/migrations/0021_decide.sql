-- +goose Up
-- A meeting of the panel, or what was recorded of one: deliberation (votes),
-- approval (number of the record), document (number of the decision).
CREATE TABLE panel_meeting (
  id         TEXT PRIMARY KEY,
  call_id    TEXT NOT NULL,
  kind       TEXT NOT NULL,                   -- deliberation, approval, document
  day        TEXT NOT NULL,
  number     TEXT NOT NULL,                   -- of its record, or of the document
  state      TEXT NOT NULL,                   -- open, closed
  note       TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX panel_meeting_call_id_idx ON panel_meeting (call_id);
CREATE TABLE panel_member (
  meeting_id TEXT NOT NULL REFERENCES panel_meeting (id),
  account_id TEXT NOT NULL,
  expert_id  TEXT NOT NULL,                   -- '' = of the office
  name       TEXT NOT NULL,
  present    BIGINT NOT NULL,
  PRIMARY KEY (meeting_id, account_id)
);
CREATE TABLE vote (
  meeting_id TEXT NOT NULL REFERENCES panel_meeting (id),
  application_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  choice     TEXT NOT NULL,                   -- yes, no, abstain, recused
  entered_by TEXT NOT NULL,                   -- who typed a vote that was cast on paper
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (meeting_id, application_id, account_id)
);
-- What the scores come to, and what the meeting made of them.
CREATE TABLE outcome (
  application_id TEXT PRIMARY KEY,
  call_id    TEXT NOT NULL,
  score      TEXT NOT NULL,                   -- official, exact decimal; '' = too few ballots
  visit      TEXT NOT NULL,
  final      TEXT NOT NULL,                   -- with the visit
  spread     TEXT NOT NULL,
  place      BIGINT NOT NULL,
  tie        TEXT NOT NULL,                   -- what broke a tie, '' = none
  grey       BIGINT NOT NULL,                 -- 1 = near the cut line
  second     TEXT NOT NULL,                   -- second reading: '', keeps, changes
  proposed   BIGINT NOT NULL,                 -- 1 = to be awarded
  decision   TEXT NOT NULL,                   -- in, out: the meeting deviates from the order; '' = it does not
  reason     TEXT NOT NULL,                   -- of a deviation or a second reading
  sentence   TEXT NOT NULL                    -- public word of the jury
);
CREATE INDEX outcome_call_id_idx ON outcome (call_id, place);
-- The sealed record of a call: all that is needed to compute the result again.
CREATE TABLE sealed (
  call_id    TEXT PRIMARY KEY,
  record     TEXT NOT NULL,                   -- JSON of score.Record
  digest     TEXT NOT NULL,                   -- SHA-256, hex
  at         TIMESTAMPTZ NOT NULL
);
CREATE TABLE notice (
  id         TEXT PRIMARY KEY,
  call_id    TEXT NOT NULL,
  from_day   TEXT NOT NULL,
  to_day     TEXT NOT NULL,                   -- last day of objection
  body       TEXT NOT NULL,                   -- JSON of []decide.Line, masked
  at         TIMESTAMPTZ NOT NULL
);
CREATE INDEX notice_call_id_idx ON notice (call_id);
CREATE TABLE objection (
  id         TEXT PRIMARY KEY,
  code       TEXT NOT NULL UNIQUE,            -- number given to who objects
  notice_id  TEXT NOT NULL REFERENCES notice (id),
  call_id    TEXT NOT NULL,
  application_id TEXT NOT NULL,
  channel    TEXT NOT NULL,                   -- web, letter, phone
  named      BIGINT NOT NULL,                 -- 1 = real name
  name       TEXT NOT NULL,                   -- sealed by the city's key
  contact    TEXT NOT NULL,                   -- sealed by the city's key
  grounds    TEXT NOT NULL,
  digest     TEXT NOT NULL,                   -- of a file of evidence
  state      TEXT NOT NULL,                   -- of the workflow "objection"
  since      TIMESTAMPTZ NOT NULL,
  due        TEXT NOT NULL,
  handler    TEXT NOT NULL,                   -- account
  finding    TEXT NOT NULL,                   -- '', not_taken, upheld, adjusted, refused
  answer     TEXT NOT NULL,                   -- public
  at         TIMESTAMPTZ NOT NULL
);
CREATE INDEX objection_call_id_idx ON objection (call_id);
CREATE TABLE objection_event (
  objection_id TEXT NOT NULL REFERENCES objection (id),
  nr         BIGINT NOT NULL,
  move       TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  reason     TEXT NOT NULL,
  actor      TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (objection_id, nr)
);

-- +goose Down
DROP TABLE objection_event;
DROP TABLE objection;
DROP TABLE notice;
DROP TABLE sealed;
DROP TABLE outcome;
DROP TABLE vote;
DROP TABLE panel_member;
DROP TABLE panel_meeting;
