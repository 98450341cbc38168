-- +goose Up
-- An area is a code for as long as that code lasts; names and parents may change within it.
CREATE TABLE area (
  id         BIGINT PRIMARY KEY,
  code       TEXT NOT NULL UNIQUE,
  level      TEXT NOT NULL,
  valid_from TEXT NOT NULL,                   -- day, '' = always
  valid_to   TEXT NOT NULL                    -- first day it no longer holds, '' = still holds
);

CREATE TABLE area_version (
  area_id    BIGINT NOT NULL REFERENCES area (id),
  valid_from TEXT NOT NULL,                   -- day, '' = from the start of the area
  parent_id  BIGINT REFERENCES area (id),     -- NULL = a root
  name       TEXT NOT NULL,
  name_en    TEXT NOT NULL,
  pinyin     TEXT NOT NULL,                   -- sort key
  initials   TEXT NOT NULL,                   -- search key: hdq for 海淀区
  PRIMARY KEY (area_id, valid_from)
);

-- Where the people of an area went when its code ended.
CREATE TABLE area_successor (
  area_id      BIGINT NOT NULL REFERENCES area (id),
  successor_id BIGINT NOT NULL REFERENCES area (id),
  share        DOUBLE PRECISION NOT NULL CHECK (share > 0 AND share <= 1),
  PRIMARY KEY (area_id, successor_id)
);

CREATE TABLE population (
  area_id    BIGINT NOT NULL REFERENCES area (id),
  as_of      TEXT NOT NULL,                   -- day the figure speaks of
  persons    BIGINT NOT NULL CHECK (persons >= 0),
  source     TEXT NOT NULL,
  vintage    TEXT NOT NULL,                   -- which edition of the source
  PRIMARY KEY (area_id, as_of, vintage)
);

-- +goose Down
DROP TABLE population;
DROP TABLE area_successor;
DROP TABLE area_version;
DROP TABLE area;
