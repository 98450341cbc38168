-- name: InsertDraft :exec
INSERT INTO report_draft (id, series, area, period, stage, state, since, reason, release_id, created_at, created_by)
VALUES (@id, @series, @area, @period, @stage, @state, @since, @reason, '', @since, @created_by);

-- name: GetDraft :one
SELECT id, series, area, period, stage, state, since, reason, release_id, created_at, created_by FROM report_draft WHERE id = @id;

-- name: AllDrafts :many
SELECT id, series, area, period, stage, state, since, reason, release_id, created_at, created_by FROM report_draft ORDER BY created_at DESC, id DESC;

-- name: SetDraftState :execrows
UPDATE report_draft SET state = @state, since = @since, release_id = @release_id WHERE id = @id AND state = @was;

-- name: SetDraftHead :execrows
UPDATE report_draft SET stage = @stage, reason = @reason WHERE id = @id;

-- name: InsertSection :exec
INSERT INTO report_section (draft_id, code, area, version, body, author, saved_at) VALUES (@draft_id, @code, @area, @version, @body, @author, @saved_at);

-- name: SectionsOf :many
SELECT s.code, s.area, s.version, s.body, s.author, s.saved_at FROM report_section s
WHERE s.draft_id = @draft_id AND s.version = (SELECT max(n.version) FROM report_section n WHERE n.draft_id = s.draft_id AND n.code = s.code AND n.area = s.area)
ORDER BY s.code, s.area;

-- name: HistoryOf :many
SELECT version, body, author, saved_at FROM report_section WHERE draft_id = @draft_id AND code = @code AND area = @area ORDER BY version;

-- name: InsertNote :exec
INSERT INTO report_note (id, draft_id, section, area, kind, cell, text, evidence, author, created_at, answer, outcome, answered_by)
VALUES (@id, @draft_id, @section, @area, @kind, @cell, @text, @evidence, @author, @created_at, '', '', '');

-- name: NotesOf :many
SELECT id, section, area, kind, cell, text, evidence, author, created_at, answer, outcome, answered_by, answered_at FROM report_note
WHERE draft_id = @draft_id ORDER BY created_at, id;

-- name: AnswerNote :execrows
UPDATE report_note SET answer = @answer, outcome = @outcome, answered_by = @answered_by, answered_at = @answered_at
WHERE id = @id AND draft_id = @draft_id AND answer = '';

-- name: InsertTick :exec
INSERT INTO report_tick (draft_id, code, ticked_by, ticked_at) VALUES (@draft_id, @code, @ticked_by, @ticked_at);

-- name: DeleteTick :execrows
DELETE FROM report_tick WHERE draft_id = @draft_id AND code = @code;

-- name: DeleteTicks :execrows
DELETE FROM report_tick WHERE draft_id = @draft_id;

-- name: TicksOf :many
SELECT code, ticked_by, ticked_at FROM report_tick WHERE draft_id = @draft_id ORDER BY code;

-- name: InsertReportEvent :exec
INSERT INTO report_event (id, draft_id, verb, reason, actor, created_at) VALUES (@id, @draft_id, @verb, @reason, @actor, @created_at);

-- name: ReportEventsOf :many
SELECT verb, reason, actor, created_at FROM report_event WHERE draft_id = @draft_id ORDER BY created_at, id;

-- name: DraftOfRelease :one
SELECT id, series, area, period, stage, state, since, reason, release_id, created_at, created_by FROM report_draft WHERE release_id = @release_id;

-- name: InsertArchive :exec
INSERT INTO report_archive (digest, body) VALUES (@digest, @body) ON CONFLICT (digest) DO NOTHING;

-- name: GetArchive :one
SELECT body FROM report_archive WHERE digest = @digest;
