-- name: Batch :one
SELECT next FROM counter WHERE name = 'series';

-- name: AllSeries :many
SELECT code, name, unit, scale, level, time_add, periods, dims FROM series ORDER BY code;

-- name: Values :many
SELECT area_id, value, state FROM series_value
WHERE series = @series AND period = @period AND filter = @filter ORDER BY area_id, vintage, batch;

-- name: LastBatch :one
SELECT CAST(COALESCE(MAX(batch), 0) AS BIGINT) FROM series_value WHERE series = @series AND period = @period;

-- name: LastBatchOf :one
SELECT CAST(COALESCE(MAX(batch), 0) AS BIGINT) FROM series_value WHERE series = @series;

-- name: Figures :many
SELECT area_id, period, value, state FROM series_value
WHERE series = @series AND filter = @filter ORDER BY area_id, period, vintage, batch;

-- name: Editions :many
SELECT vintage, value, state, source FROM series_value
WHERE series = @series AND period = @period AND filter = @filter AND area_id = @area_id ORDER BY vintage DESC;

-- name: ValuesOf :many
SELECT period, area_id, filter, vintage, value, state, source FROM series_value
WHERE series = @series ORDER BY period, area_id, filter, vintage;

-- name: InsertSeries :exec
INSERT INTO series (code, name, unit, scale, level, time_add, periods, dims, created_at)
VALUES (@code, @name, @unit, @scale, @level, @time_add, @periods, @dims, @created_at);

-- name: UpdateSeries :exec
UPDATE series SET scale = @scale, periods = @periods, dims = @dims WHERE code = @code;
