-- +goose Up
-- A form that was sent out for a period.
CREATE TABLE collection (
  id         TEXT PRIMARY KEY,
  form_id    TEXT NOT NULL REFERENCES form (id),
  period     TEXT NOT NULL,                   -- 2026-Q3
  area_id    BIGINT NOT NULL REFERENCES area (id), -- the areas below it owe it: the city, or the part a pilot is held in
  base_id    TEXT NOT NULL,                   -- of a summary: the collection it sums up; '' = none
  due        TEXT NOT NULL,                   -- day the units owe it by
  state      TEXT NOT NULL,                   -- open, final, published
  version    BIGINT NOT NULL,                 -- of what is published: 1, then one more for each revision
  sent_by    TEXT NOT NULL,
  sent_at    TIMESTAMPTZ NOT NULL,
  changed    BIGINT NOT NULL,                 -- number of the counter 'cell' when its accepted figures last changed
  UNIQUE (form_id, period)
);

-- What one area owes for a collection.
CREATE TABLE form_return (
  id            TEXT PRIMARY KEY,
  collection_id TEXT NOT NULL REFERENCES collection (id),
  area_id       BIGINT NOT NULL REFERENCES area (id),
  state         TEXT NOT NULL,                -- code of a state of the workflow "return"
  desk          TEXT NOT NULL,                -- whose turn it is: desk of that state
  since         TIMESTAMPTZ NOT NULL,         -- on that desk
  due           TEXT NOT NULL,                -- day that desk has to be done by, '' = none
  stale         BIGINT NOT NULL,              -- 1 = figures below it moved after it was approved
  version       BIGINT NOT NULL,              -- one more with every change: for the editor's conflict check
  submitted_at  TIMESTAMPTZ,                  -- when it first went up: late if after the collection's day
  approved_at   TIMESTAMPTZ,                  -- when it was last accepted: from then on it counts
  reminded_at   TIMESTAMPTZ,
  reminders     BIGINT NOT NULL,              -- reminders before the last day of this desk: 0 or 1
  escalated     BIGINT NOT NULL,              -- 1 = its last day passed and the desk above was told
  cells         BIGINT NOT NULL,              -- cells it has
  computed      BIGINT NOT NULL,              -- of them derived or summed
  done          BIGINT NOT NULL,              -- of them with a state
  expected      BIGINT NOT NULL,              -- units that owe a return below it, or 1
  reported      BIGINT NOT NULL,              -- of them accepted
  flags         BIGINT NOT NULL,              -- findings when it was last checked
  flags_open    BIGINT NOT NULL,              -- of them soft and not explained
  revised       BIGINT NOT NULL,              -- cells that changed after they were accepted
  UNIQUE (collection_id, area_id)
);
CREATE INDEX form_return_area_id_idx ON form_return (area_id);

-- The rows of a return of repeating rows, as they were when it was sent out.
CREATE TABLE return_row (
  return_id  TEXT NOT NULL REFERENCES form_return (id),
  code       TEXT NOT NULL,
  place      BIGINT NOT NULL,
  name       TEXT NOT NULL,
  PRIMARY KEY (return_id, code)
);

-- A cell without a row here is not reported.
CREATE TABLE return_cell (
  return_id  TEXT NOT NULL REFERENCES form_return (id),
  row_code   TEXT NOT NULL,
  field      TEXT NOT NULL,
  state      TEXT NOT NULL,                   -- the six states; not_reported = still owed
  num        BIGINT NOT NULL,                 -- at the field's decimals; 0 unless state is value
  text       TEXT NOT NULL,                   -- of text, choice and yes-no fields
  origin     TEXT NOT NULL,                   -- derived, summed, carried, typed
  derived    BIGINT,                          -- what the registers say, where somebody reported another number
  approved_state TEXT NOT NULL,               -- state when it was last accepted, '' = never
  approved   BIGINT NOT NULL,                 -- num at that time, for the difference
  version    BIGINT NOT NULL,                 -- of the return when it was last changed
  revised    BIGINT NOT NULL,                 -- 1 = changed after it was accepted
  updated_by TEXT NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (return_id, row_code, field)
);

-- What the registers hold at the area of a summary itself, which no return
-- below it reports: the classes of a street's own school.
CREATE TABLE return_own (
  return_id TEXT NOT NULL REFERENCES form_return (id),
  row_code  TEXT NOT NULL,
  field     TEXT NOT NULL,
  num       BIGINT NOT NULL,                  -- at the field's decimals
  PRIMARY KEY (return_id, row_code, field)
);

-- Every change of a cell, from its first value on.
CREATE TABLE cell_change (
  id         BIGINT PRIMARY KEY,              -- from the counter 'cell'
  return_id  TEXT NOT NULL REFERENCES form_return (id),
  row_code   TEXT NOT NULL,
  field      TEXT NOT NULL,
  before     TEXT NOT NULL,                   -- state, a space, and the number or text
  after      TEXT NOT NULL,
  reason     TEXT NOT NULL,                   -- needed after approval
  actor      TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX cell_change_return_id_idx ON cell_change (return_id, row_code, field);

-- What is said of a cell: a comment, a return with what is wrong, an
-- explanation of a finding.
CREATE TABLE cell_note (
  id         TEXT PRIMARY KEY,
  return_id  TEXT NOT NULL REFERENCES form_return (id),
  row_code   TEXT NOT NULL,                   -- '' = of the whole return
  field      TEXT NOT NULL,
  kind       TEXT NOT NULL,                   -- comment, return, explanation
  rule       TEXT NOT NULL,                   -- explanation: of which rule
  text       TEXT NOT NULL,
  author     TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  done_at    TIMESTAMPTZ                      -- of a return: when it was corrected
);
CREATE INDEX cell_note_return_id_idx ON cell_note (return_id);

CREATE TABLE return_signature (
  id         TEXT PRIMARY KEY,
  return_id  TEXT NOT NULL REFERENCES form_return (id),
  part       TEXT NOT NULL,                   -- preparer, reviewer, head
  account    TEXT NOT NULL,
  name       TEXT NOT NULL,                   -- as printed
  digest     TEXT NOT NULL,                   -- of the cells that were signed
  signed_at  TIMESTAMPTZ NOT NULL,
  voided_at  TIMESTAMPTZ                      -- a later change made it void
);
CREATE INDEX return_signature_return_id_idx ON return_signature (return_id);

CREATE TABLE return_event (
  id         TEXT PRIMARY KEY,
  return_id  TEXT NOT NULL REFERENCES form_return (id),
  move       TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  reason     TEXT NOT NULL,
  actor      TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX return_event_return_id_idx ON return_event (return_id);

-- A lock opened for a while, for a reason, because somebody asked.
CREATE TABLE lock_exception (
  id         TEXT PRIMARY KEY,
  return_id  TEXT NOT NULL REFERENCES form_return (id),
  row_code   TEXT NOT NULL,
  field      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  asked_by   TEXT NOT NULL,
  granted_by TEXT NOT NULL,
  until      TEXT NOT NULL,                   -- last day
  created_at TIMESTAMPTZ NOT NULL,
  ended_at   TIMESTAMPTZ
);
CREATE INDEX lock_exception_return_id_idx ON lock_exception (return_id);

-- A published version of a collection and why it was revised, in public.
CREATE TABLE collection_release (
  collection_id TEXT NOT NULL REFERENCES collection (id),
  version       BIGINT NOT NULL,
  reason        TEXT NOT NULL,                -- '' for the first
  actor         TEXT NOT NULL,
  published_at  TIMESTAMPTZ NOT NULL,
  cells         TEXT NOT NULL,                -- JSON of the summed cells of the city and its districts at that moment
  PRIMARY KEY (collection_id, version)
);

-- +goose Down
DROP TABLE collection_release;
DROP TABLE lock_exception;
DROP TABLE return_event;
DROP TABLE return_signature;
DROP TABLE cell_note;
DROP TABLE cell_change;
DROP TABLE return_own;
DROP TABLE return_cell;
DROP TABLE return_row;
DROP TABLE form_return;
DROP TABLE collection;
