-- +goose Up
-- A visit to the sites of one application.
CREATE TABLE visit (
  id         TEXT PRIMARY KEY,
  call_id    TEXT NOT NULL,
  application_id TEXT NOT NULL,
  day        TEXT NOT NULL,
  state      TEXT NOT NULL,                   -- planned, announced, done, cancelled
  draw_id    TEXT NOT NULL,                   -- of the drawn sites
  note       TEXT NOT NULL,
  announced_at TIMESTAMPTZ,
  created_by TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX visit_call_id_idx ON visit (call_id);
CREATE INDEX visit_application_id_idx ON visit (application_id);
CREATE TABLE visit_site (
  visit_id   TEXT NOT NULL REFERENCES visit (id),
  code       TEXT NOT NULL,                   -- of the institution
  name       TEXT NOT NULL,
  origin     TEXT NOT NULL,                   -- named, drawn
  place      BIGINT NOT NULL,
  PRIMARY KEY (visit_id, code)
);
CREATE TABLE visit_member (
  visit_id   TEXT NOT NULL REFERENCES visit (id),
  expert_id  TEXT NOT NULL,                   -- '' = of the office
  account_id TEXT NOT NULL,
  signed_at  TIMESTAMPTZ,
  state      TEXT NOT NULL,                   -- of the team, recused
  PRIMARY KEY (visit_id, account_id)
);
CREATE TABLE visit_item (
  visit_id   TEXT NOT NULL REFERENCES visit (id),
  leaf       TEXT NOT NULL,
  level      TEXT NOT NULL,                   -- found on site
  claimed    TEXT NOT NULL,                   -- by the applicant
  note       TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (visit_id, leaf)
);
CREATE TABLE visit_photo (
  visit_id   TEXT NOT NULL REFERENCES visit (id),
  digest     TEXT NOT NULL,
  leaf       TEXT NOT NULL,
  taken_at   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (visit_id, digest)
);
-- Rows of the ledger that were called back (E10).
CREATE TABLE visit_sample (
  visit_id   TEXT NOT NULL REFERENCES visit (id),
  nr         BIGINT NOT NULL,
  row_nr     BIGINT NOT NULL,                 -- of the ledger
  outcome    TEXT NOT NULL,                   -- '', confirmed, denied, unreachable
  note       TEXT NOT NULL,
  at         TIMESTAMPTZ,
  PRIMARY KEY (visit_id, nr)
);

-- +goose Down
DROP TABLE visit_sample;
DROP TABLE visit_photo;
DROP TABLE visit_item;
DROP TABLE visit_member;
DROP TABLE visit_site;
DROP TABLE visit;
