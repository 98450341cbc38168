-- +goose Up
-- Append-only and hash-chained: hash = SHA-256(prev_hash, canonical entry).
CREATE TABLE audit_entry (
  seq       BIGINT PRIMARY KEY,
  at        TIMESTAMPTZ NOT NULL,
  actor     TEXT NOT NULL,                    -- account id, 'system', 'cli:USER' or 'public'
  verb      TEXT NOT NULL,                    -- permission-like: ledger:reverse
  object    TEXT NOT NULL,                    -- kind:id
  area_id   BIGINT NOT NULL,                  -- 0 = none
  reason    TEXT NOT NULL,
  remote    TEXT NOT NULL,
  result    TEXT NOT NULL,                    -- done, refused, failed
  detail    TEXT NOT NULL,                    -- JSON, never personal data in clear
  prev_hash TEXT NOT NULL,
  hash      TEXT NOT NULL
);
CREATE INDEX audit_entry_object_idx ON audit_entry (object, seq);
CREATE INDEX audit_entry_actor_idx ON audit_entry (actor, seq);

CREATE TABLE audit_checkpoint (
  seq       BIGINT PRIMARY KEY,               -- last entry covered
  at        TIMESTAMPTZ NOT NULL,
  hash      TEXT NOT NULL,
  signature TEXT NOT NULL                     -- Ed25519 over seq and hash, key outside the database
);

-- +goose Down
DROP TABLE audit_checkpoint;
DROP TABLE audit_entry;
