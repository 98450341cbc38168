-- +goose Up
CREATE TABLE theme (
  id   BIGINT PRIMARY KEY,                    -- small and stable: used in the ledger
  code TEXT NOT NULL UNIQUE
);

-- A resident, without a name: design 4.2.
CREATE TABLE person (
  id         BIGINT PRIMARY KEY,
  pseudonym  TEXT NOT NULL UNIQUE,            -- HMAC-SHA-256 of the key or document number, 128 bits
  birth_year BIGINT NOT NULL,                 -- 0 = unknown
  sex        TEXT NOT NULL                    -- f, m, '' = unknown
);

-- Later corrections of birth year and sex, in the order of the ledger.
CREATE TABLE person_change (
  id         BIGINT PRIMARY KEY,              -- from counter 'ledger'
  person_id  BIGINT NOT NULL,
  birth_year BIGINT NOT NULL,
  sex        TEXT NOT NULL,
  batch_id   BIGINT NOT NULL
);
CREATE INDEX person_change_person_id_idx ON person_change (person_id);

-- Name and telephone, encrypted, apart, erasable while the ledger stays.
CREATE TABLE person_contact (
  person_id BIGINT PRIMARY KEY REFERENCES person (id),
  home_id   BIGINT NOT NULL,                  -- where the person says they live now
  sealed    TEXT NOT NULL,                    -- name and telephone
  phone_tag TEXT NOT NULL,                    -- keyed hash of the telephone, to find a walk-in again; '' = none
  consent   TEXT NOT NULL                     -- what was agreed to, and when
);
CREATE INDEX person_contact_phone_tag_idx ON person_contact (phone_tag);

-- A class meeting as the ledger knows it: an opaque key.
CREATE TABLE session (
  id  BIGINT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE
);

-- One act of recording: a roster save, one chunk of an imported file.
CREATE TABLE batch (
  id          BIGINT PRIMARY KEY,             -- from counter 'ledger'
  source      TEXT NOT NULL,                  -- roster, import, desk, api, demo
  file        TEXT NOT NULL,
  file_sha256 TEXT NOT NULL,
  recorded_at TIMESTAMPTZ NOT NULL,
  recorded_by TEXT NOT NULL
);

-- Append-only. No foreign keys here: 50 million rows pay for each; doctor checks them.
CREATE TABLE attendance (
  id         BIGINT PRIMARY KEY,              -- from counter 'ledger': the order of recording
  person_id  BIGINT NOT NULL,                 -- 0 = an anonymous head-count
  session_id BIGINT NOT NULL,
  rev        BIGINT NOT NULL,                 -- 0, then 1, 2 … after reversals of the pair
  home_id    BIGINT NOT NULL,                 -- area where the person lives; of a head-count: home if given, else place
  place_id   BIGINT NOT NULL,                 -- area where the class is
  day        BIGINT NOT NULL,                 -- 20240301
  theme_id   BIGINT NOT NULL,
  online     BIGINT NOT NULL,                 -- 0 on site, 1 online
  minutes    BIGINT NOT NULL,
  heads      BIGINT NOT NULL CHECK (heads > 0), -- 1 for a person
  batch_id   BIGINT NOT NULL,
  UNIQUE (person_id, session_id, rev)
);

CREATE TABLE reversal (
  id            BIGINT PRIMARY KEY,           -- from counter 'ledger'
  attendance_id BIGINT NOT NULL UNIQUE,
  reason        TEXT NOT NULL,
  batch_id      BIGINT NOT NULL
);

-- +goose Down
DROP TABLE reversal;
DROP TABLE attendance;
DROP TABLE batch;
DROP TABLE session;
DROP TABLE person_contact;
DROP TABLE person_change;
DROP TABLE person;
DROP TABLE theme;
