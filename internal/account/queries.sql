-- name: InsertAccount :exec
INSERT INTO account (id, login, name, password_hash, password_at, must_change, state, created_at, updated_at)
VALUES (@id, @login, @name, @password_hash, @password_at, @must_change, @state, @created_at, @updated_at);

-- name: Account :one
SELECT id, login, name, password_hash, password_at, must_change, state, created_at, updated_at
FROM account WHERE id = @id;

-- name: AccountByLogin :one
SELECT id, login, name, password_hash, password_at, must_change, state, created_at, updated_at
FROM account WHERE login = @login;

-- name: ListAccounts :many
SELECT id, login, name, password_hash, password_at, must_change, state, created_at, updated_at
FROM account
WHERE login > CAST(@after AS TEXT)
  AND (CAST(@q AS TEXT) = '' OR login LIKE CAST(@pattern AS TEXT) ESCAPE '\' OR name LIKE CAST(@pattern AS TEXT) ESCAPE '\')
  AND (CAST(@state AS TEXT) = '' OR state = CAST(@state AS TEXT))
  AND (CAST(@role AS TEXT) = '' OR EXISTS (SELECT 1 FROM role_grant g WHERE g.account_id = account.id AND g.role = CAST(@role AS TEXT)))
ORDER BY login, id
LIMIT @lim;

-- name: SetPassword :exec
UPDATE account SET password_hash = @password_hash, password_at = @password_at, must_change = @must_change, updated_at = @updated_at
WHERE id = @id;

-- name: SetHash :exec
UPDATE account SET password_hash = @password_hash WHERE id = @id AND password_hash = @old_hash;

-- name: SetState :execrows
UPDATE account SET state = @state, updated_at = @updated_at WHERE id = @id AND state <> @state;

-- name: RequireChange :exec
UPDATE account SET must_change = @must_change WHERE id = @id;

-- name: InsertHistory :exec
INSERT INTO password_history (id, account_id, password_hash, created_at) VALUES (@id, @account_id, @password_hash, @created_at);

-- name: History :many
SELECT password_hash FROM password_history WHERE account_id = @account_id ORDER BY created_at DESC, id DESC LIMIT @lim;

-- name: Failure :one
SELECT failures, failed_at, locked_until FROM signin_failure WHERE login_hash = @login_hash;

-- name: CountFailure :one
INSERT INTO signin_failure (login_hash, failures, failed_at) VALUES (@login_hash, 1, @failed_at)
ON CONFLICT (login_hash) DO UPDATE SET
  failures = CASE WHEN signin_failure.failed_at < @since THEN 1 ELSE signin_failure.failures + 1 END,
  failed_at = excluded.failed_at
RETURNING failures;

-- name: Lock :exec
UPDATE signin_failure SET failures = 0, locked_until = @locked_until WHERE login_hash = @login_hash;

-- name: ForgetFailures :execrows
DELETE FROM signin_failure WHERE login_hash = @login_hash;

-- name: PurgeFailures :execrows
DELETE FROM signin_failure WHERE failed_at < @before AND (locked_until IS NULL OR locked_until < @now);

-- name: InsertGrant :exec
INSERT INTO role_grant (id, account_id, role, area_id, org_id, scope, created_at)
VALUES (@id, @account_id, @role, @area_id, @org_id, @scope, @created_at);

-- name: DeleteGrant :execrows
DELETE FROM role_grant WHERE id = @id AND account_id = @account_id;

-- name: Grants :many
SELECT id, role, area_id, org_id FROM role_grant WHERE account_id = @account_id ORDER BY created_at, id;

-- name: ActiveHolders :one
SELECT count(DISTINCT a.id) FROM account a JOIN role_grant g ON g.account_id = a.id
WHERE g.role = @role AND a.state = 'active' AND a.id <> @except_id;

-- name: CountArea :one
SELECT count(*) FROM area WHERE id = @id;

-- name: CountOrg :one
SELECT count(*) FROM org WHERE id = @id;

-- name: AreaByCode :one
SELECT id FROM area WHERE code = @code;

-- name: OrgByCode :one
SELECT id FROM org WHERE code = @code;

-- name: OrgName :one
SELECT name, name_en FROM org WHERE id = @id;

-- name: InsertLogin :exec
INSERT INTO login (token_hash, id, account_id, created_at, seen_at, idle_seconds, expires_at, user_agent, remote)
VALUES (@token_hash, @id, @account_id, @created_at, @seen_at, @idle_seconds, @expires_at, @user_agent, @remote);

-- name: LoginByToken :one
SELECT l.id, l.account_id, l.seen_at, l.idle_seconds, l.expires_at, a.login, a.name, a.must_change, a.password_at, a.state
FROM login l JOIN account a ON a.id = l.account_id
WHERE l.token_hash = @token_hash;

-- name: TouchLogin :exec
UPDATE login SET seen_at = @seen_at WHERE token_hash = @token_hash AND seen_at < @seen_at;

-- name: ListLogins :many
SELECT id, created_at, seen_at, idle_seconds, expires_at, user_agent, remote FROM login
WHERE account_id = @account_id ORDER BY seen_at DESC, id DESC;

-- name: OldLogins :many
SELECT id FROM login WHERE account_id = @account_id ORDER BY created_at DESC, id DESC LIMIT 1000 OFFSET @keep;

-- name: DeleteLogin :execrows
DELETE FROM login WHERE id = @id AND account_id = @account_id;

-- name: DeleteLoginByToken :one
DELETE FROM login WHERE token_hash = @token_hash RETURNING account_id;

-- name: DeleteLogins :execrows
DELETE FROM login WHERE account_id = @account_id;

-- name: PurgeLogins :execrows
DELETE FROM login WHERE expires_at < @now OR seen_at < @idle_before;
