-- name: InsertMethod :exec
INSERT INTO evaluation_method (code, version, body, created_at) VALUES (@code, @version, @body, @created_at);

-- name: GetMethod :one
SELECT code, version, body, created_at FROM evaluation_method WHERE code = @code AND version = @version;

-- name: Methods :many
SELECT code, version, body, created_at FROM evaluation_method ORDER BY created_at DESC, code, version;

-- name: InsertRound :exec
INSERT INTO evaluation_round (id, method, version, area, period, edition, why, state, since, until, figures, figures_at, league, league_reason, finished_by, approved_by, created_at, created_by)
VALUES (@id, @method, @version, @area, @period, @edition, @why, @state, @since, '', @figures, @since, 0, '{}', '', '', @since, @created_by);

-- name: GetRound :one
SELECT id, method, version, area, period, edition, why, state, since, until, figures, figures_at, league, league_reason, finished_by, approved_by, published_at, created_at, created_by
FROM evaluation_round WHERE id = @id;

-- name: AllRounds :many
SELECT id, method, version, area, period, edition, why, state, since, until, figures, figures_at, league, league_reason, finished_by, approved_by, published_at, created_at, created_by
FROM evaluation_round ORDER BY period DESC, created_at DESC, id DESC;

-- name: SetRoundState :execrows
UPDATE evaluation_round SET state = @state, since = @since, until = @until, finished_by = @finished_by, approved_by = @approved_by, published_at = @published_at
WHERE id = @id AND state = @was;

-- name: SetRoundFigures :execrows
UPDATE evaluation_round SET figures = @figures, figures_at = @figures_at WHERE id = @id AND state = @state;

-- name: SetLeague :execrows
UPDATE evaluation_round SET league = @league, league_reason = @league_reason WHERE id = @id AND league = @was;

-- name: InsertNote :exec
INSERT INTO evaluation_note (id, round_id, area, kind, code, text, evidence, author, created_at, answer, outcome, answered_by)
VALUES (@id, @round_id, @area, @kind, @code, @text, @evidence, @author, @created_at, '', '', '');

-- name: NotesOf :many
SELECT id, round_id, area, kind, code, text, evidence, author, created_at, answer, outcome, answered_by, answered_at FROM evaluation_note
WHERE round_id = @round_id ORDER BY created_at, id;

-- name: AnswerNote :execrows
UPDATE evaluation_note SET answer = @answer, outcome = @outcome, answered_by = @answered_by, answered_at = @answered_at
WHERE id = @id AND round_id = @round_id AND answer = '';

-- name: InsertAction :exec
INSERT INTO evaluation_action (id, round_id, area, code, state, text, owner, due, created_at)
VALUES (@id, @round_id, @area, @code, 'open', '', '', @due, @created_at);

-- name: AllActions :many
SELECT id, round_id, area, code, state, text, owner, due, created_at FROM evaluation_action ORDER BY area, due, code, id;

-- name: GetAction :one
SELECT id, round_id, area, code, state, text, owner, due, created_at FROM evaluation_action WHERE id = @id;

-- name: PlanAction :execrows
UPDATE evaluation_action SET state = @state, text = @text, owner = @owner, due = @due WHERE id = @id AND state = @was;

-- name: TakeAction :exec
UPDATE evaluation_action SET round_id = @round_id, state = @state WHERE id = @id;

-- name: InsertProgress :exec
INSERT INTO evaluation_progress (id, action_id, state, text, actor, created_at) VALUES (@id, @action_id, @state, @text, @actor, @created_at);

-- name: AllProgress :many
SELECT p.id, p.action_id, p.state, p.text, p.actor, p.created_at FROM evaluation_progress p
JOIN evaluation_action a ON a.id = p.action_id WHERE a.round_id = @round_id ORDER BY p.created_at, p.id;

-- name: InsertEvent :exec
INSERT INTO evaluation_event (id, round_id, verb, reason, actor, created_at) VALUES (@id, @round_id, @verb, @reason, @actor, @created_at);

-- name: EventsOf :many
SELECT verb, reason, actor, created_at FROM evaluation_event WHERE round_id = @round_id ORDER BY created_at, id;
