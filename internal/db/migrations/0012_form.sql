-- +goose Up
-- The register of forms: a version of a form with its legal head. A version
-- that was sent out is never changed (P2.3).
CREATE TABLE form (
  id         TEXT PRIMARY KEY,
  code       TEXT NOT NULL,                   -- base2
  version    BIGINT NOT NULL CHECK (version > 0),
  number     TEXT NOT NULL,                   -- 表号, '' while it is a draft
  organ      TEXT NOT NULL,                   -- 制定机关
  basis      TEXT NOT NULL,                   -- approval, filing, ''
  approver   TEXT NOT NULL,                   -- 批准（备案）机关
  document   TEXT NOT NULL,                   -- 文号
  valid_from TEXT NOT NULL,                   -- day
  valid_to   TEXT NOT NULL,                   -- last day, 有效期至
  body       TEXT NOT NULL,                   -- JSON of the form as the pack writes it
  state      TEXT NOT NULL,                   -- draft, registered, withdrawn
  reason     TEXT NOT NULL,
  author     TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (code, version)
);

-- Every field ever asked, with its owner, its basis and its end.
CREATE TABLE form_field (
  form_id     TEXT NOT NULL REFERENCES form (id),
  code        TEXT NOT NULL,
  place       BIGINT NOT NULL,                -- order in the form
  name        TEXT NOT NULL,                  -- JSON: text by language tag
  owner       TEXT NOT NULL,                  -- org code
  basis       TEXT NOT NULL,                  -- JSON: text by language tag
  until       TEXT NOT NULL,                  -- last day it may be asked
  derive      TEXT NOT NULL,                  -- formula, '' = typed
  cells       BIGINT NOT NULL,                -- rows it is asked in
  PRIMARY KEY (form_id, code)
);

-- Asks that were refused, with the ground in law.
CREATE TABLE form_refusal (
  id         TEXT PRIMARY KEY,
  form_code  TEXT NOT NULL,
  verb       TEXT NOT NULL,                   -- register, send
  ground     TEXT NOT NULL,                   -- i18n key of the ground
  detail     TEXT NOT NULL,                   -- JSON: placeholders of the ground
  actor      TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);

-- +goose Down
DROP TABLE form_refusal;
DROP TABLE form_field;
DROP TABLE form;
