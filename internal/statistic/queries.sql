-- name: InsertCollection :exec
INSERT INTO collection (id, form_id, period, area_id, base_id, due, state, version, sent_by, sent_at, changed)
VALUES (@id, @form_id, @period, @area_id, @base_id, @due, @state, 0, @sent_by, @sent_at, @changed);

-- name: Collection :one
SELECT id, form_id, period, area_id, base_id, due, state, version, sent_by, sent_at, changed FROM collection WHERE id = @id;

-- name: Collections :many
SELECT id, form_id, period, area_id, base_id, due, state, version, sent_by, sent_at, changed
FROM collection
ORDER BY sent_at DESC, id DESC;

-- name: SummaryOf :one
SELECT id FROM collection WHERE base_id = @base_id ORDER BY id LIMIT 1;

-- name: CollectionOf :many
SELECT c.id, c.changed, c.form_id, c.base_id FROM collection c JOIN form f ON f.id = c.form_id
WHERE f.code = @code AND c.period = @period
ORDER BY c.id;

-- name: SentBefore :one
SELECT count(*) FROM collection c JOIN form f ON f.id = c.form_id WHERE f.code = @code AND c.period = @period;

-- name: SetCollection :exec
UPDATE collection SET state = @state, version = @version WHERE id = @id;

-- name: TouchCollection :exec
UPDATE collection SET changed = @changed WHERE id = @id;

-- name: MoveReturn :exec
UPDATE form_return SET state = @state, desk = @desk, since = @since, due = @due, reminders = 0, escalated = 0, reminded_at = NULL
WHERE id = @id;

-- name: TouchReturn :exec
UPDATE form_return SET version = @version, done = @done, computed = @computed, cells = @cells, stale = @stale,
  revised = @revised WHERE id = @id;

-- name: SetSubmitted :exec
UPDATE form_return SET submitted_at = @submitted_at WHERE id = @id AND submitted_at IS NULL;

-- name: SetApproved :exec
UPDATE form_return SET approved_at = @approved_at, stale = 0 WHERE id = @id;

-- name: ApproveCells :exec
UPDATE return_cell SET approved_state = state, approved = num WHERE return_id = @return_id;

-- name: SetCoverage :exec
UPDATE form_return SET expected = @expected, reported = @reported WHERE id = @id;

-- name: SetFlags :exec
UPDATE form_return SET flags = @flags, flags_open = @flags_open WHERE id = @id;

-- name: SetReminded :exec
UPDATE form_return SET reminded_at = @reminded_at WHERE id = @id;

-- name: SetReminders :exec
UPDATE form_return SET reminders = 1 WHERE id = @id;

-- name: SetEscalated :exec
UPDATE form_return SET escalated = 1 WHERE id = @id;

-- name: Rows :many
SELECT code, name FROM return_row WHERE return_id = @return_id ORDER BY place, code;

-- name: Cells :many
SELECT row_code, field, state, num, text, origin, derived, approved_state, approved, version, revised, updated_by, updated_at
FROM return_cell WHERE return_id = @return_id
ORDER BY row_code, field;

-- name: PutCell :exec
INSERT INTO return_cell (return_id, row_code, field, state, num, text, origin, derived, approved_state, approved, version, revised, updated_by, updated_at)
VALUES (@return_id, @row_code, @field, @state, @num, @text, @origin, @derived, @approved_state, @approved, @version, @revised, @updated_by, @updated_at)
ON CONFLICT (return_id, row_code, field) DO UPDATE SET state = excluded.state, num = excluded.num, text = excluded.text,
  origin = excluded.origin, derived = excluded.derived, version = excluded.version, revised = excluded.revised,
  updated_by = excluded.updated_by, updated_at = excluded.updated_at;

-- name: InsertChange :exec
INSERT INTO cell_change (id, return_id, row_code, field, before, after, reason, actor, created_at)
VALUES (@id, @return_id, @row_code, @field, @before, @after, @reason, @actor, @created_at);

-- name: Changes :many
SELECT id, row_code, field, before, after, reason, actor, created_at FROM cell_change
WHERE return_id = @return_id AND row_code = @row_code AND field = @field
ORDER BY id;

-- name: Notes :many
SELECT id, row_code, field, kind, rule, text, author, created_at, done_at FROM cell_note
WHERE return_id = @return_id
ORDER BY created_at, id;

-- name: InsertNote :exec
INSERT INTO cell_note (id, return_id, row_code, field, kind, rule, text, author, created_at)
VALUES (@id, @return_id, @row_code, @field, @kind, @rule, @text, @author, @created_at);

-- name: FinishNotes :exec
UPDATE cell_note SET done_at = @done_at
WHERE return_id = @return_id AND row_code = @row_code AND field = @field AND kind = 'return' AND done_at IS NULL;

-- name: Signatures :many
SELECT id, part, account, name, digest, signed_at, voided_at FROM return_signature
WHERE return_id = @return_id
ORDER BY signed_at, id;

-- name: InsertSignature :exec
INSERT INTO return_signature (id, return_id, part, account, name, digest, signed_at)
VALUES (@id, @return_id, @part, @account, @name, @digest, @signed_at);

-- name: VoidSignatures :exec
UPDATE return_signature SET voided_at = @voided_at WHERE return_id = @return_id AND voided_at IS NULL;

-- name: Events :many
SELECT id, move, from_state, to_state, reason, actor, created_at FROM return_event
WHERE return_id = @return_id
ORDER BY created_at, id;

-- name: InsertEvent :exec
INSERT INTO return_event (id, return_id, move, from_state, to_state, reason, actor, created_at)
VALUES (@id, @return_id, @move, @from_state, @to_state, @reason, @actor, @created_at);

-- name: Exceptions :many
SELECT id, row_code, field, reason, asked_by, granted_by, until, created_at, ended_at FROM lock_exception
WHERE return_id = @return_id
ORDER BY created_at, id;

-- name: InsertException :exec
INSERT INTO lock_exception (id, return_id, row_code, field, reason, asked_by, granted_by, until, created_at)
VALUES (@id, @return_id, @row_code, @field, @reason, @asked_by, @granted_by, @until, @created_at);

-- name: EndExceptions :exec
UPDATE lock_exception SET ended_at = @ended_at WHERE return_id = @return_id AND ended_at IS NULL;

-- name: InsertRelease :exec
INSERT INTO collection_release (collection_id, version, reason, actor, published_at, cells)
VALUES (@collection_id, @version, @reason, @actor, @published_at, @cells);

-- name: Releases :many
SELECT version, reason, actor, published_at, cells FROM collection_release
WHERE collection_id = @collection_id
ORDER BY version DESC;

-- name: Serial :one
SELECT CAST(coalesce(max(next), 0) AS BIGINT) AS next FROM counter WHERE name = 'cell';

-- name: DropOwn :exec
DELETE FROM return_own WHERE return_id = @return_id;

-- name: InsertOwn :exec
INSERT INTO return_own (return_id, row_code, field, num) VALUES (@return_id, @row_code, @field, @num);

-- name: CollectionAreas :many
SELECT area_id FROM form_return WHERE collection_id = @collection_id ORDER BY area_id, id;

-- name: Coverage :one
SELECT CAST(coalesce(sum(expected), 0) AS BIGINT) AS expected, CAST(coalesce(sum(reported), 0) AS BIGINT) AS reported
FROM form_return WHERE collection_id = @collection_id;
