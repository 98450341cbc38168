-- +goose Up
-- What has been awarded, and what is under review. The plan's targets are
-- counted from here, never typed (P1.3, P1.7, P2.8).
CREATE TABLE award (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,                   -- as a target's source names it: demonstration-district …
  holder     TEXT NOT NULL,                   -- who or what holds it
  area_id    BIGINT NOT NULL REFERENCES area (id),
  state      TEXT NOT NULL,                   -- under_review, awarded, revoked, refused
  valid_from TEXT NOT NULL,                   -- day of the award, '' = not awarded
  valid_to   TEXT NOT NULL,                   -- first day it no longer holds, '' = still holds
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX award_kind_state_idx ON award (kind, state);

-- +goose Down
DROP TABLE award;
