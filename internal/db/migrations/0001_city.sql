-- +goose Up
-- One row: the city that lives in this schema.
CREATE TABLE city (
  id              TEXT PRIMARY KEY,
  pack            TEXT NOT NULL,
  pack_version    TEXT NOT NULL,
  key_fingerprint TEXT NOT NULL,              -- of the pseudonym key, which is kept outside the database
  synthetic       BOOLEAN NOT NULL,           -- activity data are invented (demo)
  created_at      TIMESTAMPTZ NOT NULL
);

-- Numbers that are handed out in commit order: a transaction holds the row
-- until it ends, so a reader that has seen n has seen everything below n.
CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  next BIGINT NOT NULL
);

-- The files of the pack in force; the city runs from these.
CREATE TABLE pack_file (
  path    TEXT PRIMARY KEY,
  content TEXT NOT NULL,
  sha256  TEXT NOT NULL
);

-- +goose Down
DROP TABLE pack_file;
DROP TABLE counter;
DROP TABLE city;
