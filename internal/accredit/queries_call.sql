-- name: InsertCall :exec
INSERT INTO award_call (id, code, programme, title, kind, state, since, due, places, period, rules, digest, timeline, opens, authorisation, created_by, created_at)
VALUES (@id, @code, @programme, @title, @kind, @state, @since, @due, @places, @period, '', '', '', @opens, @authorisation, @created_by, @created_at);

-- name: Call :one
SELECT id, code, programme, title, kind, state, since, due, places, period, rules, digest, timeline, opens, authorisation, created_by, created_at, opened_at
FROM award_call WHERE id = @id;

-- name: CallByCode :one
SELECT id, code, programme, title, kind, state, since, due, places, period, rules, digest, timeline, opens, authorisation, created_by, created_at, opened_at
FROM award_call WHERE code = @code;

-- name: Calls :many
SELECT id, code, programme, title, kind, state, since, due, places, period, rules, digest, timeline, opens, authorisation, created_by, created_at, opened_at
FROM award_call ORDER BY created_at DESC, id DESC;

-- name: SiblingCalls :many
SELECT o.id FROM award_call o JOIN award_call c ON c.programme = o.programme WHERE c.id = @id ORDER BY o.id;

-- name: LockCall :execrows
UPDATE award_call SET since = since WHERE id = @id;

-- name: ChangeDraft :exec
UPDATE award_call SET title = @title, places = @places, period = @period, opens = @opens WHERE id = @id;

-- name: SetAuthorisation :exec
UPDATE award_call SET authorisation = @authorisation WHERE id = @id;

-- name: FreezeCall :exec
UPDATE award_call SET rules = @rules, digest = @digest, timeline = @timeline, opens = @opens, opened_at = @opened_at WHERE id = @id;

-- name: MoveCall :exec
UPDATE award_call SET state = @state, since = @since, due = @due WHERE id = @id;

-- name: InsertCallEvent :exec
INSERT INTO call_event (call_id, nr, move, from_state, to_state, reason, actor, at)
VALUES (@call_id, (SELECT COALESCE(MAX(e.nr), 0) + 1 FROM call_event e WHERE e.call_id = @call_id), @move, @from_state, @to_state, @reason, @actor, @at);

-- name: CallEvents :many
SELECT move, from_state, to_state, reason, actor, at FROM call_event WHERE call_id = @call_id ORDER BY nr;

-- name: IDsIn :many
SELECT id FROM application WHERE call_id = @call_id AND state = @state ORDER BY code, id;

-- name: CountByState :many
SELECT state, COUNT(*) AS n FROM application WHERE call_id = @call_id GROUP BY state ORDER BY state;

-- name: InsertQuestion :exec
INSERT INTO call_question (id, call_id, question, asked_by, asked_at, answer, answered_by)
VALUES (@id, @call_id, @question, @asked_by, @asked_at, '', '');

-- name: Question :one
SELECT id, call_id, question, asked_by, asked_at, answer, answered_by, answered_at FROM call_question WHERE id = @id;

-- name: AnswerQuestion :exec
UPDATE call_question SET answer = @answer, answered_by = @answered_by, answered_at = @answered_at WHERE id = @id;

-- name: Questions :many
SELECT id, call_id, question, asked_by, asked_at, answer, answered_by, answered_at
FROM call_question WHERE call_id = @call_id ORDER BY asked_at, id;

-- name: ReachedStates :many
SELECT e.to_state, COUNT(DISTINCT e.application_id) AS n
FROM application_event e JOIN application a ON a.id = e.application_id
WHERE a.call_id = @call_id GROUP BY e.to_state ORDER BY e.to_state;

-- name: CountSubmitted :one
SELECT COUNT(*) FROM application WHERE call_id = @call_id AND submitted_at IS NOT NULL;

-- name: CountBegun :one
SELECT COUNT(*) FROM application WHERE call_id = @call_id;
