-- name: Versions :many
SELECT id, code, version, valid_from, valid_to, body, origin, reason, author, created_at
FROM indicator ORDER BY code, version, id;

-- name: Stamp :one
SELECT next FROM counter WHERE name = 'indicator';

-- name: InsertVersion :exec
INSERT INTO indicator (id, code, version, valid_from, valid_to, body, origin, reason, author, created_at)
VALUES (@id, @code, @version, @valid_from, @valid_to, @body, @origin, @reason, @author, @created_at);

-- name: EndVersion :exec
UPDATE indicator SET valid_to = @valid_to WHERE code = @code AND version = @version;
