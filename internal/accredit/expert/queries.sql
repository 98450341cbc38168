-- name: InsertExpert :exec
INSERT INTO expert (id, code, account_id, name, title, categories, fields, org_id, org_name, work_area, home_area, state, load, terms_at, version, created_at)
VALUES (@id, @code, @account_id, @name, @title, @categories, @fields, @org_id, @org_name, @work_area, @home_area, @state, @load, @terms_at, 1, @created_at);

-- name: UpdateExpert :execrows
UPDATE expert SET account_id = @account_id, name = @name, title = @title, categories = @categories, fields = @fields, org_id = @org_id,
  org_name = @org_name, work_area = @work_area, home_area = @home_area, state = @state, load = @load, terms_at = @terms_at, version = version + 1
WHERE id = @id AND version = @version;

-- name: Experts :many
SELECT id, code, account_id, name, title, categories, fields, org_id, org_name, work_area, home_area, state, load, terms_at, version, created_at
FROM expert ORDER BY code, id;

-- name: Expert :one
SELECT id, code, account_id, name, title, categories, fields, org_id, org_name, work_area, home_area, state, load, terms_at, version, created_at
FROM expert WHERE id = @id;

-- name: ExpertOfAccount :one
SELECT id, code, account_id, name, title, categories, fields, org_id, org_name, work_area, home_area, state, load, terms_at, version, created_at
FROM expert WHERE account_id = @account_id AND state <> 'left' ORDER BY id LIMIT 1;

-- name: InsertEdge :exec
INSERT INTO conflict (id, expert_id, kind, subject, subject_id, source, from_day, to_day, state, pinned, reason, author, at)
VALUES (@id, @expert_id, @kind, @subject, @subject_id, @source, @from_day, @to_day, @state, @pinned, @reason, @author, @at);

-- name: UpdateEdge :exec
UPDATE conflict SET from_day = @from_day, to_day = @to_day, state = @state, pinned = @pinned, reason = @reason, author = @author, at = @at
WHERE id = @id;

-- name: Edge :one
SELECT id, expert_id, kind, subject, subject_id, source, from_day, to_day, state, pinned, reason, author, at FROM conflict WHERE id = @id;

-- name: EdgeMade :one
SELECT id, expert_id, kind, subject, subject_id, source, from_day, to_day, state, pinned, reason, author, at FROM conflict
WHERE expert_id = @expert_id AND kind = @kind AND subject = @subject AND subject_id = @subject_id AND source = @source;

-- name: Edges :many
SELECT id, expert_id, kind, subject, subject_id, source, from_day, to_day, state, pinned, reason, author, at FROM conflict ORDER BY expert_id, at, id;

-- name: EdgesOf :many
SELECT id, expert_id, kind, subject, subject_id, source, from_day, to_day, state, pinned, reason, author, at FROM conflict
WHERE expert_id = @expert_id ORDER BY at, id;

-- name: EdgesInState :many
SELECT id, expert_id, kind, subject, subject_id, source, from_day, to_day, state, pinned, reason, author, at FROM conflict
WHERE state = @state ORDER BY at, id;

-- name: InsertEvent :exec
INSERT INTO conflict_event (id, expert_id, edge_id, what, kind, subject, subject_id, reason, author, at)
VALUES (@id, @expert_id, @edge_id, @what, @kind, @subject, @subject_id, @reason, @author, @at);

-- name: EventsOf :many
SELECT id, expert_id, edge_id, what, kind, subject, subject_id, reason, author, at FROM conflict_event
WHERE expert_id = @expert_id ORDER BY at DESC, id DESC;

-- name: LastEvents :many
SELECT id, expert_id, edge_id, what, kind, subject, subject_id, reason, author, at FROM conflict_event
ORDER BY at DESC, id DESC LIMIT CAST(@lim AS BIGINT);

-- name: InsertInvitation :exec
INSERT INTO invitation (id, expert_id, call_id, state, terms, terms_key, due, reason, note, sent_by, sent_at)
VALUES (@id, @expert_id, @call_id, @state, @terms, @terms_key, @due, '', @note, @sent_by, @sent_at);

-- name: SendAgain :exec
UPDATE invitation SET state = 'sent', terms = @terms, terms_key = @terms_key, due = @due, sent_by = @sent_by, sent_at = @sent_at, answered_at = NULL
WHERE id = @id;

-- name: AnswerInvitation :exec
UPDATE invitation SET state = @state, reason = @reason, note = @note, answered_at = @answered_at WHERE id = @id;

-- name: Invitation :one
SELECT id, expert_id, call_id, state, terms, terms_key, due, reason, note, sent_by, sent_at, answered_at FROM invitation WHERE id = @id;

-- name: InvitationTo :one
SELECT id, expert_id, call_id, state, terms, terms_key, due, reason, note, sent_by, sent_at, answered_at FROM invitation
WHERE expert_id = @expert_id AND call_id = @call_id;

-- name: Invitations :many
SELECT id, expert_id, call_id, state, terms, terms_key, due, reason, note, sent_by, sent_at, answered_at FROM invitation
ORDER BY sent_at DESC, id DESC;

-- name: InvitationsOf :many
SELECT id, expert_id, call_id, state, terms, terms_key, due, reason, note, sent_by, sent_at, answered_at FROM invitation
WHERE expert_id = @expert_id ORDER BY sent_at DESC, id DESC;
