-- +goose Up
-- External official series: figures that somebody else publishes and that are
-- brought in with their source (P1.8).
CREATE TABLE series (
  code       TEXT PRIMARY KEY,                -- population.elders, census.literacy
  name       TEXT NOT NULL,                   -- JSON: text by language tag
  unit       TEXT NOT NULL,                   -- base units, as formulas check them
  scale      BIGINT NOT NULL,                 -- digits behind the point of num
  area_add   TEXT NOT NULL,                   -- sum, none
  time_add   TEXT NOT NULL,                   -- sum, last, mean, none
  created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE series_value (
  series    TEXT NOT NULL REFERENCES series (code),
  area_id   BIGINT NOT NULL REFERENCES area (id),
  period    TEXT NOT NULL,                    -- 2024, 2024-Q1, 2024-03
  filter    TEXT NOT NULL,                    -- canonical 'age=60+', '' = all
  num       BIGINT NOT NULL,                  -- at the scale of the series
  state     TEXT NOT NULL,                    -- value, nil, not_applicable, withheld
  source    TEXT NOT NULL,                    -- who publishes it, where, page
  vintage   TEXT NOT NULL,                    -- day it was published
  batch     BIGINT NOT NULL,
  PRIMARY KEY (series, period, area_id, filter)
);
CREATE INDEX series_value_area_id_idx ON series_value (area_id);

-- +goose Down
DROP TABLE series_value;
DROP TABLE series;
