-- +goose Up
-- When somebody who was admitted left the list of a class. NULL: they did not,
-- or left before this was written down.
ALTER TABLE learner ADD COLUMN left_at TIMESTAMPTZ;

-- What the roster of a held meeting says of admitted learners. It is counted
-- from the ledger and can be counted again at any time.
CREATE TABLE roster_count (
  meeting_id TEXT PRIMARY KEY REFERENCES meeting (id),
  due        BIGINT NOT NULL,                 -- on the list when the roster was completed, without those excused
  attended   BIGINT NOT NULL                  -- of these
);

CREATE TABLE class_count (
  class_id TEXT PRIMARY KEY REFERENCES class (id),
  last_id  TEXT NOT NULL,                     -- the last meeting held; '' = the class is not over
  held     BIGINT NOT NULL,
  is_full  BIGINT NOT NULL                    -- 1 = every seat was given at some meeting
);

-- How many learners of a class that were on its list after the second week
-- came how often.
CREATE TABLE completion (
  class_id TEXT NOT NULL REFERENCES class (id),
  attended BIGINT NOT NULL,
  learners BIGINT NOT NULL,
  PRIMARY KEY (class_id, attended)
);

-- Classes whose counts may be out of date; counter 'roster' says up to which
-- number the ledger was looked through for them.
CREATE TABLE class_recount (
  id       TEXT PRIMARY KEY,
  class_id TEXT NOT NULL
);
INSERT INTO class_recount (id, class_id) SELECT id, id FROM class;
INSERT INTO counter (name, next) SELECT 'roster', next FROM counter WHERE name = 'ledger';

-- +goose Down
DELETE FROM counter WHERE name = 'roster';
DROP TABLE class_recount;
DROP TABLE completion;
DROP TABLE class_count;
DROP TABLE roster_count;
ALTER TABLE learner DROP COLUMN left_at;
