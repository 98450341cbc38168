-- +goose Up
-- What is offered: a course, a lecture, a study tour.
CREATE TABLE activity (
  id         TEXT PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES org (id),
  title      TEXT NOT NULL,
  form       TEXT NOT NULL,                   -- code of an activity form of the pack
  theme      TEXT NOT NULL,                   -- code of the leading theme, which the ledger counts
  tags       TEXT NOT NULL,                   -- JSON list of further theme and need codes (G1)
  summary    TEXT NOT NULL,
  state      TEXT NOT NULL,                   -- draft, open, cancelled
  reason     TEXT NOT NULL DEFAULT '',        -- why cancelled
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX activity_org_id_idx ON activity (org_id);

-- One run of an activity with its own learners.
CREATE TABLE class (
  id          TEXT PRIMARY KEY,
  activity_id TEXT NOT NULL REFERENCES activity (id),
  name        TEXT NOT NULL,
  teacher_id  TEXT REFERENCES account (id),
  capacity    BIGINT NOT NULL CHECK (capacity > 0),
  mode        TEXT NOT NULL,                  -- onsite, online
  state       TEXT NOT NULL,                  -- planned, running, finished, cancelled
  reason      TEXT NOT NULL DEFAULT '',       -- why cancelled
  created_at  TIMESTAMPTZ NOT NULL,
  updated_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX class_activity_id_idx ON class (activity_id);
CREATE INDEX class_teacher_id_idx ON class (teacher_id);

-- One meeting of a class. Its id is the key of the ledger's session.
CREATE TABLE meeting (
  id         TEXT PRIMARY KEY,
  class_id   TEXT NOT NULL REFERENCES class (id),
  no         BIGINT NOT NULL CHECK (no > 0),  -- 1, 2 … within the class; stays when a meeting moves
  day        TEXT NOT NULL,                   -- '2026-11-23'
  starts     TEXT NOT NULL,                   -- '09:00', local time of the city
  minutes    BIGINT NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
  area_id    BIGINT NOT NULL REFERENCES area (id),
  room       TEXT NOT NULL,
  state      TEXT NOT NULL,                   -- planned, held, cancelled
  reason     TEXT NOT NULL,                   -- why moved or cancelled
  updated_at TIMESTAMPTZ NOT NULL,
  UNIQUE (class_id, no)
);
CREATE INDEX meeting_area_id_day_idx ON meeting (area_id, day);
CREATE INDEX meeting_day_idx ON meeting (day);
CREATE INDEX meeting_state_day_idx ON meeting (state, day);

CREATE TABLE learner (
  class_id  TEXT NOT NULL REFERENCES class (id),
  person_id BIGINT NOT NULL REFERENCES person (id),
  state     TEXT NOT NULL,                    -- enrolled, walk_in, left
  added_at  TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (class_id, person_id)
);

CREATE TABLE leave_note (
  meeting_id TEXT NOT NULL REFERENCES meeting (id),
  person_id  BIGINT NOT NULL REFERENCES person (id),
  noted_at   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (meeting_id, person_id)
);

-- +goose Down
DROP TABLE leave_note;
DROP TABLE learner;
DROP TABLE meeting;
DROP TABLE class;
DROP TABLE activity;
