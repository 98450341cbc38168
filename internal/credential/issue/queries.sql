-- name: Insert :exec
INSERT INTO credential (nr, kind, about, until_day, body, issued_at) VALUES (@nr, @kind, @about, @until_day, @body, @issued_at);

-- name: Replace :execrows
UPDATE credential SET body = @body, issued_at = @issued_at WHERE nr = @nr AND issued_at = @was;

-- name: Get :one
SELECT nr, body, issued_at FROM credential WHERE kind = @kind AND about = @about AND until_day = @until_day;

-- name: Of :many
SELECT nr, kind, about, until_day FROM credential WHERE nr >= @first AND nr < @past ORDER BY nr;
