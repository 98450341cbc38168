-- name: City :many
SELECT id, pack, pack_version, key_fingerprint, synthetic, created_at FROM city ORDER BY created_at, id;

-- name: InsertCity :exec
INSERT INTO city (id, pack, pack_version, key_fingerprint, synthetic, created_at)
VALUES (@id, @pack, @pack_version, @key_fingerprint, @synthetic, @created_at);

-- name: SetCityPack :exec
UPDATE city SET pack = @pack, pack_version = @pack_version WHERE id = @id;

-- name: FinishCity :exec
UPDATE city SET pack_version = @pack_version, key_fingerprint = @key_fingerprint WHERE id = @id;

-- name: PackFiles :many
SELECT path, content, sha256 FROM pack_file ORDER BY path;

-- name: PackDigests :many
SELECT path, sha256 FROM pack_file ORDER BY path;

-- name: DeletePackFile :exec
DELETE FROM pack_file WHERE path = @path;

-- name: PutPackFile :exec
INSERT INTO pack_file (path, content, sha256) VALUES (@path, @content, @sha256)
ON CONFLICT (path) DO UPDATE SET content = excluded.content, sha256 = excluded.sha256;
