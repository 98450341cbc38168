-- name: InsertDraw :exec
INSERT INTO draw (id, purpose, subject, title, state, manifest, secret, names, digest, frozen_at, actor, reason)
VALUES (@id, @purpose, @subject, @title, @state, @manifest, @secret, @names, @digest, @frozen_at, @actor, '');

-- name: GetDraw :one
SELECT id, purpose, subject, title, state, manifest, secret, names, frozen_at, drawn_at, actor, reason
FROM draw WHERE id = @id;

-- name: DrawsOf :many
SELECT id, purpose, subject, title, state, digest, frozen_at, drawn_at, reason
FROM draw WHERE subject = @subject ORDER BY frozen_at DESC, id DESC;

-- name: AllDraws :many
SELECT id, purpose, subject, title, state, digest, frozen_at, drawn_at, reason
FROM draw WHERE (CAST(@purpose AS TEXT) = '' OR purpose = CAST(@purpose AS TEXT))
ORDER BY frozen_at DESC, id DESC LIMIT @most;

-- name: SetResult :execrows
UPDATE draw SET state = @state, manifest = @manifest, digest = @digest, drawn_at = @drawn_at
WHERE id = @id AND state = 'frozen';

-- name: SetVoid :execrows
UPDATE draw SET state = 'void', reason = @reason WHERE id = @id AND state <> 'void';
