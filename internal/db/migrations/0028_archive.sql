-- +goose Up
-- What the figures of releases were computed from, so that they can be computed
-- again when the registers have changed (P1.8; design 4.8). It holds counts that
-- are not public.
CREATE TABLE report_archive (
  digest TEXT PRIMARY KEY,                    -- SHA-256 of the content, as the release names it
  body   BYTEA NOT NULL                       -- gzip of the content, JSON
);

-- +goose Down
DROP TABLE report_archive;
