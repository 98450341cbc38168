-- name: Orgs :many
SELECT id, code, type, name, name_en, pinyin, initials, area_id, parent_id, address, phone, state, created_at, updated_at
FROM org ORDER BY id;

-- name: Stamp :one
SELECT next FROM counter WHERE name = 'org';

-- name: InsertOrg :exec
INSERT INTO org (id, code, type, name, name_en, pinyin, initials, area_id, parent_id, address, phone, state, created_at, updated_at)
VALUES (@id, @code, @type, @name, @name_en, @pinyin, @initials, @area_id, @parent_id, @address, @phone, @state, @created_at, @updated_at);

-- name: UpdateOrg :execrows
UPDATE org SET type = @type, name = @name, name_en = @name_en, pinyin = @pinyin, initials = @initials, area_id = @area_id,
  parent_id = @parent_id, address = @address, phone = @phone, state = @state, updated_at = @updated_at
WHERE id = @id AND updated_at = @seen;

-- name: InsertHistory :exec
INSERT INTO org_history (id, org_id, at, actor, verb, reason, changes)
VALUES (@id, @org_id, @at, @actor, @verb, @reason, @changes);

-- name: History :many
SELECT id, at, actor, verb, reason, changes FROM org_history WHERE org_id = @org_id ORDER BY at DESC, id DESC;
