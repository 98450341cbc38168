-- +goose Up
-- The evaluation of districts (P1.1, P1.9): methods by version, rounds with the
-- figures they stand on, what districts say, what red cells lead to.
CREATE TABLE evaluation_method (
  code       TEXT NOT NULL,
  version    TEXT NOT NULL,
  body       TEXT NOT NULL,                   -- JSON, as the pack had it
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (code, version)
);

CREATE TABLE evaluation_round (
  id            TEXT PRIMARY KEY,
  method        TEXT NOT NULL,
  version       TEXT NOT NULL,                -- of the method
  area          TEXT NOT NULL,                -- code
  period        TEXT NOT NULL,
  edition       BIGINT NOT NULL,              -- 1 = the first; the next ones revise it
  why           TEXT NOT NULL,                -- of a revision, for the public: JSON, text by language tag
  state         TEXT NOT NULL,                -- of the workflow of the pack
  since         TIMESTAMPTZ NOT NULL,
  until         TEXT NOT NULL,                -- last day on which districts comment, '' = not shown yet
  figures       TEXT NOT NULL,                -- JSON: what is judged, and where it is from
  figures_at    TIMESTAMPTZ NOT NULL,
  league        BIGINT NOT NULL,              -- 1 = the ranking is public
  league_reason TEXT NOT NULL,                -- for the public: JSON, text by language tag
  finished_by   TEXT NOT NULL,
  approved_by   TEXT NOT NULL,
  published_at  TIMESTAMPTZ,
  created_at    TIMESTAMPTZ NOT NULL,
  created_by    TEXT NOT NULL,
  FOREIGN KEY (method, version) REFERENCES evaluation_method (code, version)
);
CREATE INDEX evaluation_round_period_idx ON evaluation_round (period);

-- What a district says to its draft: a remark, a contested cell, or that it agrees.
CREATE TABLE evaluation_note (
  id          TEXT PRIMARY KEY,
  round_id    TEXT NOT NULL REFERENCES evaluation_round (id),
  area        TEXT NOT NULL,
  kind        TEXT NOT NULL,                  -- remark, contest, agree
  code        TEXT NOT NULL,                  -- contested: the indicator
  text        TEXT NOT NULL,
  evidence    TEXT NOT NULL,                  -- where it can be seen
  author      TEXT NOT NULL,
  created_at  TIMESTAMPTZ NOT NULL,
  answer      TEXT NOT NULL,                  -- '' = waits
  outcome     TEXT NOT NULL,                  -- corrected, explained, kept
  answered_by TEXT NOT NULL,
  answered_at TIMESTAMPTZ
);
CREATE INDEX evaluation_note_round_id_idx ON evaluation_note (round_id);

-- What a red cell leads to.
CREATE TABLE evaluation_action (
  id         TEXT PRIMARY KEY,
  round_id   TEXT NOT NULL REFERENCES evaluation_round (id),
  area       TEXT NOT NULL,
  code       TEXT NOT NULL,                   -- the indicator
  state      TEXT NOT NULL,                   -- open, planned, working, done
  text       TEXT NOT NULL,                   -- what will be done, '' = nobody said yet
  owner      TEXT NOT NULL,                   -- body or post
  due        TEXT NOT NULL,                   -- day: while open, until when it is to be planned
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (round_id, area, code)
);

CREATE TABLE evaluation_progress (
  id         TEXT PRIMARY KEY,
  action_id  TEXT NOT NULL REFERENCES evaluation_action (id),
  state      TEXT NOT NULL,                   -- of the action from then on
  text       TEXT NOT NULL,
  actor      TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX evaluation_progress_action_id_idx ON evaluation_progress (action_id);

-- What was done with a round.
CREATE TABLE evaluation_event (
  id         TEXT PRIMARY KEY,
  round_id   TEXT NOT NULL REFERENCES evaluation_round (id),
  verb       TEXT NOT NULL,
  reason     TEXT NOT NULL,
  actor      TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX evaluation_event_round_id_idx ON evaluation_event (round_id);

-- +goose Down
DROP TABLE evaluation_event;
DROP TABLE evaluation_progress;
DROP TABLE evaluation_action;
DROP TABLE evaluation_note;
DROP TABLE evaluation_round;
DROP TABLE evaluation_method;
