-- +goose Up
-- What was promised: a clause, who answers for it, the measure that shows it,
-- and numbers by year and area (P1.3, P1.7, P2.8). Rows are never changed: the
-- highest version of a code holds, the others are its history.
CREATE TABLE target (
  id          TEXT PRIMARY KEY,
  code        TEXT NOT NULL,
  version     BIGINT NOT NULL CHECK (version > 0),
  plan        TEXT NOT NULL,                  -- code of the plan in the pack
  clause      TEXT NOT NULL,
  name        TEXT NOT NULL,                  -- JSON: text by language tag
  unit        TEXT NOT NULL,                  -- JSON: text by language tag
  measure     TEXT NOT NULL,                  -- code of a measure or an indicator that counts it
  direction   TEXT NOT NULL,                  -- up, down
  responsible TEXT NOT NULL,                  -- JSON list of org codes; [] = those of the clause
  supporting  TEXT NOT NULL,                  -- JSON list of org codes
  tolerance   TEXT NOT NULL,                  -- exact decimal: off by so much still counts as on its way
  about       BIGINT NOT NULL,                -- 1 = the plan says "about"
  due         TEXT NOT NULL,                  -- day
  set_by      TEXT NOT NULL,                  -- document that set it
  state       TEXT NOT NULL,                  -- in_force, dropped
  origin      TEXT NOT NULL,                  -- pack, city: who wrote this version
  reason      TEXT NOT NULL,
  author      TEXT NOT NULL,
  created_at  TIMESTAMPTZ NOT NULL,
  UNIQUE (code, version)
);

CREATE TABLE target_value (
  target_id TEXT NOT NULL REFERENCES target (id),
  area_id   BIGINT NOT NULL REFERENCES area (id),
  period    TEXT NOT NULL,                    -- year
  kind      TEXT NOT NULL,                    -- baseline, path
  value     TEXT NOT NULL,                    -- exact decimal
  PRIMARY KEY (target_id, area_id, period, kind)
);
CREATE INDEX target_value_area_id_idx ON target_value (area_id);

-- A progress that somebody set against the count, shown as such. The newest of
-- a code and an area that has not ended holds.
CREATE TABLE target_override (
  id         TEXT PRIMARY KEY,
  code       TEXT NOT NULL,                   -- of the target
  area_id    BIGINT NOT NULL REFERENCES area (id),
  value      TEXT NOT NULL,                   -- exact decimal
  counted    TEXT NOT NULL,                   -- what was counted then, '' = not known
  reason     TEXT NOT NULL,
  author     TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  ended_at   TIMESTAMPTZ,
  ended_why  TEXT NOT NULL,
  ended_by   TEXT NOT NULL
);
CREATE INDEX target_override_code_idx ON target_override (code);
CREATE INDEX target_override_area_id_idx ON target_override (area_id);

-- +goose Down
DROP TABLE target_override;
DROP TABLE target_value;
DROP TABLE target;
