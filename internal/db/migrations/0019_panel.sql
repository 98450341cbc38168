-- +goose Up
-- Experts of a call: the pool as it was frozen, then the order in which they were drawn.
CREATE TABLE seat (
  call_id    TEXT NOT NULL,
  expert_id  TEXT NOT NULL,
  place      BIGINT NOT NULL,                 -- in the drawn order, 1 first; 0 = not drawn yet
  panel      BIGINT NOT NULL,                 -- grouped: 1 …; random: 0
  state      TEXT NOT NULL,                   -- pooled, excluded, asked, seated, substitute, declined, left
  draw_id    TEXT NOT NULL,
  reason     TEXT NOT NULL,                   -- declined, left, excluded
  at         TIMESTAMPTZ NOT NULL,            -- of the state
  PRIMARY KEY (call_id, expert_id)
);
CREATE TABLE assignment (
  id         TEXT PRIMARY KEY,
  call_id    TEXT NOT NULL,
  application_id TEXT NOT NULL,
  code       TEXT NOT NULL,                   -- anonymous number of the application
  expert_id  TEXT NOT NULL,
  state      TEXT NOT NULL,                   -- planned, open, submitted, recused, replaced, released
  anchor     BIGINT NOT NULL,                 -- 1 = scored across panels
  pinned     BIGINT NOT NULL,                 -- 1 = by hand: repair leaves it
  kind       TEXT NOT NULL,                   -- recused: kind of the tie
  reason     TEXT NOT NULL,                   -- by hand, recused, replaced, released
  author     TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  submitted_at TIMESTAMPTZ,
  ended_at   TIMESTAMPTZ,
  UNIQUE (application_id, expert_id)
);
CREATE INDEX assignment_call_id_idx ON assignment (call_id);
CREATE INDEX assignment_expert_id_idx ON assignment (expert_id);
-- The assignment of a call as it was confirmed: with its seed everybody who knows pool and conflicts finds it again.
CREATE TABLE panel_plan (
  call_id    TEXT PRIMARY KEY,
  seed       TEXT NOT NULL,
  digest     TEXT NOT NULL,                   -- SHA-256 of the pairs
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL
);
-- What an expert finds of a leaf. sealed = 1: kept, but read by nobody, of one who turned out to be conflicted.
CREATE TABLE mark (
  assignment_id TEXT NOT NULL REFERENCES assignment (id),
  leaf       TEXT NOT NULL,
  round      BIGINT NOT NULL,                 -- 1; 2 = after the joint discussion
  level      TEXT NOT NULL,
  comment    TEXT NOT NULL,
  private    TEXT NOT NULL,                   -- notes for the expert alone
  reason     TEXT NOT NULL,                   -- round 2: why it changed
  sealed     BIGINT NOT NULL,
  version    BIGINT NOT NULL,
  author     TEXT NOT NULL,                   -- account that typed it in from paper, '' = the expert
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (assignment_id, leaf, round)
);
CREATE TABLE discussion (
  id         TEXT PRIMARY KEY,
  call_id    TEXT NOT NULL,
  application_id TEXT NOT NULL UNIQUE,
  state      TEXT NOT NULL,                   -- open, closed
  spread     TEXT NOT NULL,
  opened_at  TIMESTAMPTZ NOT NULL,
  closed_at  TIMESTAMPTZ,
  summary    TEXT NOT NULL
);
CREATE TABLE discussion_post (
  id         TEXT PRIMARY KEY,
  discussion_id TEXT NOT NULL REFERENCES discussion (id),
  assignment_id TEXT NOT NULL,
  text       TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL
);

-- +goose Down
DROP TABLE discussion_post;
DROP TABLE discussion;
DROP TABLE mark;
DROP TABLE panel_plan;
DROP TABLE assignment;
DROP TABLE seat;
