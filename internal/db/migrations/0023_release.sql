-- +goose Up
-- Published reports: what was frozen, who answered for it, what was signed
-- (P1.8; design 4.8). A row is never changed after it was approved, but for the
-- day it becomes public.
CREATE TABLE release (
  id          TEXT PRIMARY KEY,
  series      TEXT NOT NULL,                  -- code of the report in the pack
  area        TEXT NOT NULL,                  -- code of the area it is about
  period      TEXT NOT NULL,
  version     TEXT NOT NULL,                  -- 1.0.0
  stage       TEXT NOT NULL,                  -- provisional, final, revised
  state       TEXT NOT NULL,                  -- frozen, approved, rejected
  title       TEXT NOT NULL,                  -- JSON, text by language tag
  reason      TEXT NOT NULL,                  -- of a revision, for the public: JSON, text by language tag
  supersedes  TEXT NOT NULL,                  -- id, '' = the first
  frozen      BYTEA NOT NULL,                 -- canonical JSON without the signatures of those who answer for it
  digest      TEXT NOT NULL,                  -- SHA-256: of frozen, then of what was signed
  sealed      BYTEA,                          -- ZIP, once approved
  key_id      TEXT NOT NULL,
  frozen_at   TIMESTAMPTZ NOT NULL,
  frozen_by   TEXT NOT NULL,
  approved_at TIMESTAMPTZ,
  approved_by TEXT NOT NULL,
  public_at   TIMESTAMPTZ                     -- end of the embargo
);
CREATE UNIQUE INDEX release_version_key ON release (series, area, period, version) WHERE state <> 'rejected';
CREATE UNIQUE INDEX release_pending_key ON release (series, area, period) WHERE state = 'frozen';

-- What was done with a release: freeze, approve, reject, embargo.
CREATE TABLE release_event (
  id         TEXT PRIMARY KEY,
  release_id TEXT NOT NULL REFERENCES release (id),
  verb       TEXT NOT NULL,
  reason     TEXT NOT NULL,
  public_at  TIMESTAMPTZ,
  actor      TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX release_event_release_id_idx ON release_event (release_id);

-- Who may read a release before it is public; the list itself is public.
CREATE TABLE release_reader (
  release_id TEXT NOT NULL REFERENCES release (id),
  account_id TEXT NOT NULL,
  post       TEXT NOT NULL,                   -- as the public sees it
  reason     TEXT NOT NULL,
  actor      TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (release_id, account_id)
);

-- Keys that sign releases; the secrets come from the city's key file.
CREATE TABLE release_key (
  nr         BIGINT PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  public_key TEXT NOT NULL,                   -- base64
  made_at    TIMESTAMPTZ NOT NULL,
  until_at   TIMESTAMPTZ,                     -- signs no more from then on
  revoked_at TIMESTAMPTZ,                     -- nothing signed from then on is trusted
  reason     TEXT NOT NULL
);

-- +goose Down
DROP TABLE release_key;
DROP TABLE release_reader;
DROP TABLE release_event;
DROP TABLE release;
