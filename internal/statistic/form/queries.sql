-- name: Newest :many
SELECT id, code, version, number, organ, basis, approver, document, valid_from, valid_to, body, origin, state, reason, author, created_at
FROM form f WHERE version = (SELECT max(version) FROM form g WHERE g.code = f.code)
ORDER BY code, id;

-- name: InForce :many
SELECT id, code, version, number, organ, basis, approver, document, valid_from, valid_to, body, origin, state, reason, author, created_at
FROM form WHERE state = 'registered' ORDER BY code, version DESC, id;

-- name: FormByID :one
SELECT id, code, version, number, organ, basis, approver, document, valid_from, valid_to, body, origin, state, reason, author, created_at
FROM form WHERE id = @id;

-- name: Versions :many
SELECT id, code, version, number, organ, basis, approver, document, valid_from, valid_to, body, origin, state, reason, author, created_at
FROM form WHERE code = @code ORDER BY version DESC, id;

-- name: InsertForm :exec
INSERT INTO form (id, code, version, number, organ, basis, approver, document, valid_from, valid_to, body, origin, state, reason, author, created_at)
VALUES (@id, @code, @version, @number, @organ, @basis, @approver, @document, @valid_from, @valid_to, @body, @origin, @state, @reason, @author, @created_at);

-- name: RegisterForm :execrows
UPDATE form SET number = @number, organ = @organ, basis = @basis, approver = @approver, document = @document,
  valid_from = @valid_from, valid_to = @valid_to, state = 'registered', reason = @reason
WHERE id = @id AND state = 'draft';

-- name: WithdrawForm :execrows
UPDATE form SET state = 'withdrawn', reason = @reason WHERE id = @id AND state = @seen;

-- name: InsertEvent :exec
INSERT INTO form_event (id, form_id, verb, reason, actor, created_at)
VALUES (@id, @form_id, @verb, @reason, @actor, @created_at);

-- name: Events :many
SELECT e.id, f.version, e.verb, e.reason, e.actor, e.created_at
FROM form_event e JOIN form f ON f.id = e.form_id WHERE f.code = @code ORDER BY e.created_at DESC, e.id DESC;

-- name: InsertField :exec
INSERT INTO form_field (form_id, code, place, name, owner, basis, until, derive, typed, computed)
VALUES (@form_id, @code, @place, @name, @owner, @basis, @until, @derive, @typed, @computed);

-- name: FieldsAsked :many
SELECT d.form_id, d.code, d.place, d.name, d.owner, d.basis, d.until, d.derive, d.typed, d.computed,
  f.code AS form_code, f.version, f.state, f.valid_from, f.valid_to
FROM form_field d JOIN form f ON f.id = d.form_id ORDER BY f.code, f.version DESC, d.place, d.code;

-- name: InsertRefusal :exec
INSERT INTO form_refusal (id, form_code, verb, ground, detail, reason, actor, created_at)
VALUES (@id, @form_code, @verb, @ground, @detail, @reason, @actor, @created_at);

-- name: Refusals :many
SELECT id, form_code, verb, ground, detail, reason, actor, created_at
FROM form_refusal ORDER BY created_at DESC, id DESC LIMIT CAST(@at_most AS BIGINT);

-- name: Serial :one
SELECT next FROM counter WHERE name = 'form';
