-- +goose Up
CREATE TABLE org (
  id         TEXT PRIMARY KEY,
  code       TEXT NOT NULL UNIQUE,            -- short stable code, for imports and links
  type       TEXT NOT NULL,                   -- code of an org type of the pack
  name       TEXT NOT NULL,
  name_en    TEXT NOT NULL,
  pinyin     TEXT NOT NULL,
  initials   TEXT NOT NULL,
  area_id    BIGINT NOT NULL REFERENCES area (id),
  parent_id  TEXT REFERENCES org (id),
  address    TEXT NOT NULL,
  phone      TEXT NOT NULL,                   -- of the institution, not of a person
  state      TEXT NOT NULL,                   -- active, inactive
  -- The profile: facts that statistics ask of an institution. NULL = not known,
  -- which is not zero.
  host       TEXT,                            -- body that founded it and answers for it
  space      TEXT,                            -- decimal: indoor floor space in square metres
  shared     TEXT,                            -- decimal: of which shared by others, in square metres
  rooms      BIGINT,
  ramp       TEXT,                            -- yes, no
  lift       TEXT,                            -- yes, no, ground = all rooms on the ground floor
  toilet     TEXT,                            -- yes, no: an accessible one
  full_time  BIGINT,                          -- staff
  part_time  BIGINT,
  volunteers BIGINT,
  open_hours TEXT,                            -- decimal: hours open to residents in an ordinary week
  opening    TEXT,                            -- in words: when it is open
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX org_area_id_type_idx ON org (area_id, type);

CREATE TABLE org_history (
  id      TEXT PRIMARY KEY,
  org_id  TEXT NOT NULL REFERENCES org (id),
  at      TIMESTAMPTZ NOT NULL,
  actor   TEXT NOT NULL,
  verb    TEXT NOT NULL,                      -- create, edit, deactivate, reactivate, import
  reason  TEXT NOT NULL,
  changes TEXT NOT NULL                       -- JSON: field to [before, after]
);
CREATE INDEX org_history_org_id_at_idx ON org_history (org_id, at);

-- +goose Down
DROP TABLE org_history;
DROP TABLE org;
