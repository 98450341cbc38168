-- +goose Up
-- Uploaded workbooks that came back with their faults marked, until the one
-- who sent them has fetched them, a day at most.
CREATE TABLE marked_file (
  id         TEXT PRIMARY KEY,
  account    TEXT NOT NULL,
  name       TEXT NOT NULL,                   -- of the file as it was uploaded
  content    BYTEA NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX marked_file_created_at_idx ON marked_file (created_at);

-- +goose Down
DROP TABLE marked_file;
