-- name: KeepMarked :exec
INSERT INTO marked_file (id, account, name, content, created_at)
VALUES (@id, @account, @name, @content, @created_at);

-- name: Marked :one
SELECT name, content FROM marked_file WHERE id = @id AND account = @account;

-- name: DropMarked :exec
DELETE FROM marked_file WHERE created_at < @before;
