-- name: CountAwards :one
SELECT
  CAST(count(CASE WHEN state = 'awarded' AND valid_from <= @day AND (valid_to = '' OR valid_to > @day) THEN 1 END) AS BIGINT) AS in_force,
  CAST(count(CASE WHEN state = 'under_review' THEN 1 END) AS BIGINT) AS under_way
FROM award WHERE kind = @kind;

-- name: AwardKinds :many
SELECT DISTINCT kind FROM award ORDER BY kind;

-- name: Awards :many
SELECT id, holder, area_id, state, valid_from, valid_to FROM award WHERE kind = @kind ORDER BY id;

-- name: NewestTargets :many
SELECT t.id, t.code, t.version, t.plan, t.clause, t.name, t.unit, t.measure, t.direction, t.responsible, t.supporting,
  t.tolerance, t.about, t.due, t.set_by, t.state, t.origin, t.reason, t.author, t.created_at
FROM target t
WHERE t.version = (SELECT max(u.version) FROM target u WHERE u.code = t.code)
ORDER BY t.code, t.id;

-- name: TargetVersions :many
SELECT id, code, version, plan, clause, name, unit, measure, direction, responsible, supporting,
  tolerance, about, due, set_by, state, origin, reason, author, created_at
FROM target
WHERE code = @code
ORDER BY version DESC, id;

-- name: NewestValues :many
SELECT v.target_id, v.area_id, v.period, v.kind, v.value
FROM target_value v
JOIN target t ON t.id = v.target_id
WHERE t.version = (SELECT max(u.version) FROM target u WHERE u.code = t.code)
ORDER BY v.target_id, v.area_id, v.period, v.kind;

-- name: ValuesOf :many
SELECT v.target_id, v.area_id, v.period, v.kind, v.value
FROM target_value v
JOIN target t ON t.id = v.target_id
WHERE t.code = @code
ORDER BY v.target_id, v.area_id, v.period, v.kind;

-- name: InsertTarget :exec
INSERT INTO target (id, code, version, plan, clause, name, unit, measure, direction, responsible, supporting,
  tolerance, about, due, set_by, state, origin, reason, author, created_at)
VALUES (@id, @code, @version, @plan, @clause, @name, @unit, @measure, @direction, @responsible, @supporting,
  @tolerance, @about, @due, @set_by, @state, @origin, @reason, @author, @created_at);

-- name: InsertValue :exec
INSERT INTO target_value (target_id, area_id, period, kind, value)
VALUES (@target_id, @area_id, @period, @kind, @value);

-- name: TargetStamp :one
SELECT next FROM counter WHERE name = 'target';

-- name: OpenOverrides :many
SELECT id, code, area_id, value, counted, reason, author, created_at, ended_at, ended_why, ended_by
FROM target_override
WHERE ended_at IS NULL
ORDER BY created_at, id;

-- name: OverridesOf :many
SELECT id, code, area_id, value, counted, reason, author, created_at, ended_at, ended_why, ended_by
FROM target_override
WHERE code = @code
ORDER BY created_at DESC, id DESC;

-- name: InsertOverride :exec
INSERT INTO target_override (id, code, area_id, value, counted, reason, author, created_at, ended_why, ended_by)
VALUES (@id, @code, @area_id, @value, @counted, @reason, @author, @created_at, '', '');

-- name: EndOverride :execrows
UPDATE target_override SET ended_at = @ended_at, ended_why = @ended_why, ended_by = @ended_by
WHERE id = @id AND ended_at IS NULL;

-- name: AwardsInForce :many
SELECT id, kind, holder, area_id, valid_from
FROM award
WHERE state = 'awarded' AND valid_from <= @day AND (valid_to = '' OR valid_to > @day)
ORDER BY holder, kind, id;
