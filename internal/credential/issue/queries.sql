-- name: Insert :exec
INSERT INTO credential (nr, kind, about, until_day, body, issued_at) VALUES (@nr, @kind, @about, @until_day, @body, @issued_at);

-- name: Get :one
SELECT body FROM credential WHERE kind = @kind AND about = @about AND until_day = @until_day;

-- name: Of :many
SELECT nr, kind, about, until_day FROM credential WHERE nr >= @first AND nr < @past ORDER BY nr;
