-- +goose Up
-- Definitions of indicators through time. A version is never changed: the next
-- one ends it (P1.8, P1.9).
CREATE TABLE indicator (
  id         TEXT PRIMARY KEY,
  code       TEXT NOT NULL,                   -- D01
  version    BIGINT NOT NULL CHECK (version > 0),
  valid_from TEXT NOT NULL,                   -- day
  valid_to   TEXT NOT NULL,                   -- first day it no longer holds, '' = still holds
  body       TEXT NOT NULL,                   -- JSON of the definition as the pack writes it
  origin     TEXT NOT NULL,                   -- pack, city
  reason     TEXT NOT NULL,                   -- for the change
  author     TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (code, version)
);

-- +goose Down
DROP TABLE indicator;
