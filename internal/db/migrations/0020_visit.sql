-- +goose Up
-- A visit to the sites of one application (P1.7). Nothing of it changes once
-- it is done.
CREATE TABLE visit (
  id         TEXT PRIMARY KEY,
  call_id    TEXT NOT NULL,
  application_id TEXT NOT NULL,
  day        TEXT NOT NULL,
  state      TEXT NOT NULL,                   -- planned, named, drawn, announced, done, cancelled
  rule       TEXT NOT NULL,                   -- public value by which the sites are drawn
  draw_id    TEXT NOT NULL,                   -- of the drawn sites, '' = none needed
  note       TEXT NOT NULL,                   -- to the applicant; of a cancelled one the reason
  digest     TEXT NOT NULL,                   -- of all that was found, once done
  announced_at TIMESTAMPTZ,
  done_at    TIMESTAMPTZ,
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
  account_id TEXT NOT NULL,
  expert_id  TEXT NOT NULL,                   -- '' = of the office
  state      TEXT NOT NULL,                   -- team, recused, released
  reason     TEXT NOT NULL,                   -- why no longer of the team
  signed_at  TIMESTAMPTZ,
  PRIMARY KEY (visit_id, account_id)
);
CREATE INDEX visit_member_account_id_idx ON visit_member (account_id);
CREATE TABLE visit_item (
  visit_id   TEXT NOT NULL REFERENCES visit (id),
  leaf       TEXT NOT NULL,
  level      TEXT NOT NULL,                   -- found on site
  claimed    TEXT NOT NULL,                   -- by the applicant
  note       TEXT NOT NULL,
  author     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (visit_id, leaf)
);
CREATE TABLE visit_photo (
  visit_id   TEXT NOT NULL REFERENCES visit (id),
  digest     TEXT NOT NULL,
  leaf       TEXT NOT NULL,
  media      TEXT NOT NULL,
  author     TEXT NOT NULL,
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (visit_id, digest)
);
-- Rows of the ledger that were called back (E10). Nothing of a person is kept.
CREATE TABLE visit_sample (
  visit_id   TEXT NOT NULL REFERENCES visit (id),
  nr         BIGINT NOT NULL,
  row_nr     BIGINT NOT NULL,                 -- of the ledger
  outcome    TEXT NOT NULL,                   -- '', confirmed, denied, unreachable
  note       TEXT NOT NULL,
  author     TEXT NOT NULL,
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
