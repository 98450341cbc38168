-- +goose Up
-- External official series: figures that somebody else publishes and that are
-- brought in with their source (P1.8).
CREATE TABLE series (
  code       TEXT PRIMARY KEY,                -- population.disabled, census.literacy
  name       TEXT NOT NULL,                   -- JSON: text by language tag
  unit       TEXT NOT NULL,                   -- base units, as formulas check them
  scale      BIGINT NOT NULL,                 -- digits behind the point that its values need
  level      TEXT NOT NULL,                   -- where its figures stand if they are to be added up; '' = given for every level
  time_add   TEXT NOT NULL,                   -- sum, last, mean, none
  periods    TEXT NOT NULL,                   -- kinds that it is published for: 'year,quarter'
  dims       TEXT NOT NULL,                   -- JSON: values by dimension
  created_at TIMESTAMPTZ NOT NULL
);

-- A figure does not change within one edition of its source; the newest edition
-- of a cell is in force, and the others stay.
CREATE TABLE series_value (
  series    TEXT NOT NULL REFERENCES series (code),
  period    TEXT NOT NULL,                    -- 2024, 2024-Q1, 2024-03
  area_id   BIGINT NOT NULL REFERENCES area (id),
  filter    TEXT NOT NULL,                    -- canonical 'age=60+', '' = all
  vintage   TEXT NOT NULL,                    -- edition: the day it was published
  value     TEXT NOT NULL,                    -- exact decimal; '' unless state is value or nil
  state     TEXT NOT NULL,                    -- value, nil, not_applicable, withheld
  source    TEXT NOT NULL,                    -- who publishes it, where
  batch     BIGINT NOT NULL,                  -- number of the import, from counter 'series'
  PRIMARY KEY (series, period, area_id, filter, vintage)
);
CREATE INDEX series_value_area_id_idx ON series_value (area_id);

-- +goose Down
DROP TABLE series_value;
DROP TABLE series;
