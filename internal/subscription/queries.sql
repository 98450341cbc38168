-- name: Insert :execrows
INSERT INTO subscription (id, address, lang, series, asked_at, tries, told) VALUES (@id, @address, @lang, @series, @asked_at, 0, 0)
ON CONFLICT (address, series) DO NOTHING;

-- name: Count :one
SELECT count(*) FROM subscription WHERE confirmed_at IS NULL AND asked_at > @since;

-- name: Get :one
SELECT id, address, lang, series, asked_at, tries, tried_at, told, confirmed_at FROM subscription WHERE id = @id;

-- name: All :many
SELECT id, address, lang, series, asked_at, tries, tried_at, told, confirmed_at FROM subscription ORDER BY asked_at, id;

-- name: TryAsk :execrows
UPDATE subscription SET tries = tries + 1, tried_at = @tried_at WHERE id = @id AND tries = @tries AND told = 0;

-- name: Asked :exec
UPDATE subscription SET told = 1 WHERE id = @id;

-- name: Confirm :execrows
UPDATE subscription SET confirmed_at = @confirmed_at WHERE id = @id AND confirmed_at IS NULL;

-- name: Mails :many
SELECT subscription_id, release_id, tries, tried_at, sent FROM subscription_mail ORDER BY subscription_id, release_id;

-- name: FirstTry :execrows
INSERT INTO subscription_mail (subscription_id, release_id, tries, tried_at, sent) VALUES (@subscription_id, @release_id, 1, @tried_at, 0)
ON CONFLICT (subscription_id, release_id) DO NOTHING;

-- name: TryAgain :execrows
UPDATE subscription_mail SET tries = tries + 1, tried_at = @tried_at
WHERE subscription_id = @subscription_id AND release_id = @release_id AND tries = @tries AND sent = 0;

-- name: Sent :exec
UPDATE subscription_mail SET sent = 1 WHERE subscription_id = @subscription_id AND release_id = @release_id;

-- name: DeleteMails :exec
DELETE FROM subscription_mail WHERE subscription_id = @subscription_id;

-- name: Delete :execrows
DELETE FROM subscription WHERE id = @id;

-- name: DeleteStale :execrows
DELETE FROM subscription WHERE confirmed_at IS NULL AND asked_at < @before;
