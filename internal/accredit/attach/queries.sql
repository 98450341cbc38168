-- name: Keep :exec
INSERT INTO attachment (digest, size, media, scanned, created_at) VALUES (@digest, @size, @media, @scanned, @created_at)
ON CONFLICT (digest) DO NOTHING;

-- name: Named :one
SELECT count(*) FROM attachment WHERE digest = @digest;

-- name: Digests :many
SELECT digest FROM attachment ORDER BY digest;
