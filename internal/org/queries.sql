-- name: Orgs :many
SELECT id, code, type, name, name_en, pinyin, initials, area_id, parent_id, address, phone, state,
  host, space, shared, rooms, ramp, lift, toilet, full_time, part_time, volunteers, open_hours, opening, created_at, updated_at
FROM org ORDER BY id;

-- name: Stamp :one
SELECT next FROM counter WHERE name = 'org';

-- name: InsertOrg :exec
INSERT INTO org (id, code, type, name, name_en, pinyin, initials, area_id, parent_id, address, phone, state,
  host, space, shared, rooms, ramp, lift, toilet, full_time, part_time, volunteers, open_hours, opening, created_at, updated_at)
VALUES (@id, @code, @type, @name, @name_en, @pinyin, @initials, @area_id, @parent_id, @address, @phone, @state,
  @host, @space, @shared, @rooms, @ramp, @lift, @toilet, @full_time, @part_time, @volunteers, @open_hours, @opening, @created_at, @updated_at);

-- name: UpdateOrg :execrows
UPDATE org SET type = @type, name = @name, name_en = @name_en, pinyin = @pinyin, initials = @initials, area_id = @area_id,
  parent_id = @parent_id, address = @address, phone = @phone, state = @state,
  host = @host, space = @space, shared = @shared, rooms = @rooms, ramp = @ramp, lift = @lift, toilet = @toilet,
  full_time = @full_time, part_time = @part_time, volunteers = @volunteers, open_hours = @open_hours, opening = @opening,
  updated_at = @updated_at
WHERE id = @id AND updated_at = @seen;

-- name: InsertHistory :exec
INSERT INTO org_history (id, org_id, at, actor, verb, reason, changes)
VALUES (@id, @org_id, @at, @actor, @verb, @reason, @changes);

-- name: Histories :many
SELECT org_id, at, changes FROM org_history WHERE at >= @since ORDER BY at DESC, id DESC;

-- name: History :many
SELECT id, at, actor, verb, reason, changes FROM org_history WHERE org_id = @org_id ORDER BY at DESC, id DESC;
