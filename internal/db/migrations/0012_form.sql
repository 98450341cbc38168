-- +goose Up
-- The register of forms: a version of a form with its legal head. The content
-- of a version is never changed: the next one is a draft again (P2.3).
CREATE TABLE form (
  id         TEXT PRIMARY KEY,
  code       TEXT NOT NULL,                   -- base2
  version    BIGINT NOT NULL CHECK (version > 0),
  number     TEXT NOT NULL,                   -- 表号, '' while it is a draft
  organ      TEXT NOT NULL,                   -- 制定机关: JSON, text by language tag
  basis      TEXT NOT NULL,                   -- approval, filing, ''
  approver   TEXT NOT NULL,                   -- 批准（备案）机关: JSON, text by language tag
  document   TEXT NOT NULL,                   -- 文号
  valid_from TEXT NOT NULL,                   -- day
  valid_to   TEXT NOT NULL,                   -- last day, 有效期至
  body       TEXT NOT NULL,                   -- JSON of the form as the pack writes it, without the head
  origin     TEXT NOT NULL,                   -- pack, city
  state      TEXT NOT NULL,                   -- draft, registered, withdrawn
  reason     TEXT NOT NULL,                   -- of the last act
  author     TEXT NOT NULL,                   -- who made the version
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (code, version)
);

-- What was done with a version: draft, register, withdraw.
CREATE TABLE form_event (
  id         TEXT PRIMARY KEY,
  form_id    TEXT NOT NULL REFERENCES form (id),
  verb       TEXT NOT NULL,
  reason     TEXT NOT NULL,
  actor      TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX form_event_form_id_idx ON form_event (form_id);

-- Every field that was ever asked, with its owner, its basis and its end: the
-- fields of the versions that were registered.
CREATE TABLE form_field (
  form_id     TEXT NOT NULL REFERENCES form (id),
  code        TEXT NOT NULL,
  place       BIGINT NOT NULL,                -- order in the form
  name        TEXT NOT NULL,                  -- JSON: text by language tag
  owner       TEXT NOT NULL,                  -- org code
  basis       TEXT NOT NULL,                  -- JSON: text by language tag
  until       TEXT NOT NULL,                  -- last day it may be asked
  derive      TEXT NOT NULL,                  -- formula, '' = typed
  typed       BIGINT NOT NULL,                -- cells a unit types; of a repeating form: for each line
  computed    BIGINT NOT NULL,                -- cells the system fills in
  PRIMARY KEY (form_id, code)
);

-- Asks that were refused, with the ground in law.
CREATE TABLE form_refusal (
  id         TEXT PRIMARY KEY,
  form_code  TEXT NOT NULL,
  verb       TEXT NOT NULL,                   -- draft, register, send
  ground     TEXT NOT NULL,                   -- the first ground
  detail     TEXT NOT NULL,                   -- JSON: all of them, with field, key, placeholders and where
  reason     TEXT NOT NULL,                   -- what the one who asked gave as a reason
  actor      TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX form_refusal_created_at_idx ON form_refusal (created_at);

-- +goose Down
DROP TABLE form_refusal;
DROP TABLE form_field;
DROP TABLE form_event;
DROP TABLE form;
