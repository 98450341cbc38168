-- +goose Up
-- Reports that are being composed (P1.8): their sections with every version of
-- them, what districts say to them, what was ticked before they are frozen.
CREATE TABLE report_draft (
  id         TEXT PRIMARY KEY,
  series     TEXT NOT NULL,                   -- code of the report in the pack
  area       TEXT NOT NULL,                   -- code
  period     TEXT NOT NULL,
  stage      TEXT NOT NULL,                   -- provisional, final, revised
  state      TEXT NOT NULL,                   -- of the workflow of the pack
  since      TIMESTAMPTZ NOT NULL,            -- when it got there
  reason     TEXT NOT NULL,                   -- of a revision, for the public: JSON, text by language tag
  release_id TEXT NOT NULL,                   -- frozen as, '' = not yet
  created_at TIMESTAMPTZ NOT NULL,
  created_by TEXT NOT NULL
);
CREATE INDEX report_draft_series_idx ON report_draft (series, area, period);

CREATE TABLE report_section (
  draft_id TEXT NOT NULL REFERENCES report_draft (id),
  code     TEXT NOT NULL,                     -- of the section in the pack
  area     TEXT NOT NULL,                     -- code; '' = the area of the report
  version  BIGINT NOT NULL,
  body     TEXT NOT NULL,                     -- Markdown: JSON, text by language tag
  author   TEXT NOT NULL,                     -- '' = the pack
  saved_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (draft_id, code, area, version)
);

-- What somebody says to a section: a remark, or a figure that is contested.
CREATE TABLE report_note (
  id          TEXT PRIMARY KEY,
  draft_id    TEXT NOT NULL REFERENCES report_draft (id),
  section     TEXT NOT NULL,
  area        TEXT NOT NULL,
  kind        TEXT NOT NULL,                  -- remark, contest
  cell        TEXT NOT NULL,                  -- contested: its name
  text        TEXT NOT NULL,
  evidence    TEXT NOT NULL,                  -- where it can be seen
  author      TEXT NOT NULL,
  created_at  TIMESTAMPTZ NOT NULL,
  answer      TEXT NOT NULL,                  -- '' = waits
  outcome     TEXT NOT NULL,                  -- accepted, explained, kept
  answered_by TEXT NOT NULL,
  answered_at TIMESTAMPTZ
);
CREATE INDEX report_note_draft_id_idx ON report_note (draft_id);

CREATE TABLE report_tick (
  draft_id  TEXT NOT NULL REFERENCES report_draft (id),
  code      TEXT NOT NULL,                    -- of the list in the pack
  ticked_by TEXT NOT NULL,
  ticked_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (draft_id, code)
);

-- What was done with a draft.
CREATE TABLE report_event (
  id         TEXT PRIMARY KEY,
  draft_id   TEXT NOT NULL REFERENCES report_draft (id),
  verb       TEXT NOT NULL,
  reason     TEXT NOT NULL,
  actor      TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX report_event_draft_id_idx ON report_event (draft_id);

-- +goose Down
DROP TABLE report_event;
DROP TABLE report_tick;
DROP TABLE report_note;
DROP TABLE report_section;
DROP TABLE report_draft;
