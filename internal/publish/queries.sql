-- name: InsertRelease :exec
INSERT INTO release (id, series, area, period, version, stage, state, title, reason, supersedes, frozen, digest, key_id, frozen_at, frozen_by, approved_by)
VALUES (@id, @series, @area, @period, @version, @stage, 'frozen', @title, @reason, @supersedes, @frozen, @digest, '', @frozen_at, @frozen_by, '');

-- name: GetRelease :one
SELECT id, series, area, period, version, stage, state, title, reason, supersedes, digest, key_id, frozen_at, frozen_by, approved_at, approved_by, public_at
FROM release WHERE id = @id;

-- name: FindRelease :one
SELECT id, series, area, period, version, stage, state, title, reason, supersedes, digest, key_id, frozen_at, frozen_by, approved_at, approved_by, public_at
FROM release WHERE series = @series AND area = @area AND period = @period AND version = @version AND state <> 'rejected';

-- name: Releases :many
SELECT id, series, area, period, version, stage, state, title, reason, supersedes, digest, key_id, frozen_at, frozen_by, approved_at, approved_by, public_at
FROM release WHERE state <> 'rejected' ORDER BY series, area, period DESC, frozen_at DESC, id DESC;

-- name: GetFrozen :one
SELECT frozen FROM release WHERE id = @id;

-- name: GetSealed :one
SELECT sealed FROM release WHERE id = @id AND state = 'approved';

-- name: SetApproved :execrows
UPDATE release SET state = 'approved', sealed = @sealed, digest = @digest, key_id = @key_id, frozen = @frozen,
  approved_at = @approved_at, approved_by = @approved_by, public_at = @public_at
WHERE id = @id AND state = 'frozen';

-- name: SetRejected :execrows
UPDATE release SET state = 'rejected' WHERE id = @id AND state = 'frozen';

-- name: SetPublicAt :execrows
UPDATE release SET public_at = @public_at WHERE id = @id AND state = 'approved' AND public_at > @now;

-- name: InsertEvent :exec
INSERT INTO release_event (id, release_id, verb, reason, public_at, actor, created_at) VALUES (@id, @release_id, @verb, @reason, @public_at, @actor, @created_at);

-- name: EventsOf :many
SELECT verb, reason, public_at, actor, created_at FROM release_event WHERE release_id = @release_id ORDER BY created_at, id;

-- name: InsertReader :exec
INSERT INTO release_reader (release_id, account_id, post, reason, actor, created_at) VALUES (@release_id, @account_id, @post, @reason, @actor, @created_at);

-- name: DeleteReader :execrows
DELETE FROM release_reader WHERE release_id = @release_id AND account_id = @account_id;

-- name: ReadersOf :many
SELECT account_id, post, reason, created_at FROM release_reader WHERE release_id = @release_id ORDER BY created_at, account_id;

-- name: ReadableBy :many
SELECT release_id FROM release_reader WHERE account_id = @account_id ORDER BY release_id;

-- name: InsertKey :exec
INSERT INTO release_key (nr, id, public_key, made_at, reason) VALUES (@nr, @id, @public_key, @made_at, @reason);

-- name: AllKeys :many
SELECT nr, id, public_key, made_at, until_at, revoked_at, reason FROM release_key ORDER BY nr;

-- name: EndKey :execrows
UPDATE release_key SET until_at = @until_at WHERE nr = @nr AND until_at IS NULL;

-- name: RevokeKey :execrows
UPDATE release_key SET revoked_at = @revoked_at, reason = @reason WHERE id = @id AND revoked_at IS NULL;
