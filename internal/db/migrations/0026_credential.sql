-- +goose Up
-- Verifiable credentials as they were given out. Its number is the place of a
-- credential in the status lists, for good.
CREATE TABLE credential (
  nr        BIGINT PRIMARY KEY,
  kind      TEXT NOT NULL,                    -- award
  about     TEXT NOT NULL,                    -- id of what it is about
  until_day TEXT NOT NULL,                    -- first day on which it no longer holds, '' = open; a renewed award gets a new one
  body      BYTEA NOT NULL,                   -- JSON, as it was signed
  issued_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX credential_about_key ON credential (kind, about, until_day);

-- +goose Down
DROP TABLE credential;
