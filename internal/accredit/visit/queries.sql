-- name: InsertVisit :exec
INSERT INTO visit (id, call_id, application_id, day, state, rule, draw_id, note, digest, created_by, created_at)
VALUES (@id, @call_id, @application_id, @day, @state, @rule, '', @note, '', @created_by, @created_at);

-- name: LockVisit :execrows
UPDATE visit SET day = day WHERE id = @id;

-- name: LockOpenVisit :many
UPDATE visit SET day = day WHERE application_id = @application_id AND state <> 'cancelled' RETURNING id;

-- name: GetVisit :one
SELECT id, call_id, application_id, day, state, rule, draw_id, note, digest, announced_at, done_at, created_by, created_at
FROM visit WHERE id = @id;

-- name: VisitsOfCall :many
SELECT id, call_id, application_id, day, state, rule, draw_id, note, digest, announced_at, done_at, created_by, created_at
FROM visit WHERE call_id = @call_id ORDER BY day, id;

-- name: VisitsOfApplication :many
SELECT id, call_id, application_id, day, state, rule, draw_id, note, digest, announced_at, done_at, created_by, created_at
FROM visit WHERE application_id = @application_id ORDER BY day, id;

-- name: VisitsOfMember :many
SELECT v.id, v.call_id, v.application_id, v.day, v.state, v.rule, v.draw_id, v.note, v.digest, v.announced_at, v.done_at, v.created_by, v.created_at
FROM visit v JOIN visit_member m ON m.visit_id = v.id
WHERE m.account_id = @account_id AND m.state = 'team' AND v.state IN ('announced', 'done') ORDER BY v.day, v.id;

-- name: SetState :exec
UPDATE visit SET state = @state WHERE id = @id;

-- name: SetDraw :exec
UPDATE visit SET state = @state, draw_id = @draw_id WHERE id = @id;

-- name: SetDay :exec
UPDATE visit SET day = @day WHERE id = @id;

-- name: SetAnnounced :exec
UPDATE visit SET state = 'announced', announced_at = @at, note = @note WHERE id = @id;

-- name: SetDone :exec
UPDATE visit SET state = 'done', done_at = @at, digest = @digest WHERE id = @id;

-- name: SetCancelled :exec
UPDATE visit SET state = 'cancelled', note = @note WHERE id = @id;

-- name: InsertSite :exec
INSERT INTO visit_site (visit_id, code, name, origin, place) VALUES (@visit_id, @code, @name, @origin, @place);

-- name: Sites :many
SELECT code, name, origin, place FROM visit_site WHERE visit_id = @visit_id ORDER BY place, code;

-- name: InsertMember :exec
INSERT INTO visit_member (visit_id, account_id, expert_id, state, reason) VALUES (@visit_id, @account_id, @expert_id, 'team', '');

-- name: Members :many
SELECT account_id, expert_id, state, reason, signed_at FROM visit_member WHERE visit_id = @visit_id ORDER BY expert_id, account_id;

-- name: EndMember :execrows
UPDATE visit_member SET state = @state, reason = @reason, signed_at = NULL
WHERE visit_id = @visit_id AND account_id = @account_id AND state = 'team';

-- name: Sign :exec
UPDATE visit_member SET signed_at = @at WHERE visit_id = @visit_id AND account_id = @account_id AND state = 'team';

-- name: Unsign :exec
UPDATE visit_member SET signed_at = NULL WHERE visit_id = @visit_id;

-- name: Items :many
SELECT leaf, level, claimed, note, author, version, at FROM visit_item WHERE visit_id = @visit_id ORDER BY leaf, visit_id;

-- name: FoundOfCall :many
SELECT v.application_id, i.leaf, i.level FROM visit_item i JOIN visit v ON v.id = i.visit_id
WHERE v.call_id = @call_id AND v.state = 'done' ORDER BY v.application_id, i.leaf, v.id;

-- name: InsertItem :exec
INSERT INTO visit_item (visit_id, leaf, level, claimed, note, author, version, at)
VALUES (@visit_id, @leaf, @level, @claimed, @note, @author, 1, @at);

-- name: UpdateItem :exec
UPDATE visit_item SET level = @level, claimed = @claimed, note = @note, author = @author, version = version + 1, at = @at
WHERE visit_id = @visit_id AND leaf = @leaf;

-- name: InsertPhoto :exec
INSERT INTO visit_photo (visit_id, digest, leaf, media, author, at) VALUES (@visit_id, @digest, @leaf, @media, @author, @at)
ON CONFLICT (visit_id, digest) DO NOTHING;

-- name: Photos :many
SELECT digest, leaf, media, author, at FROM visit_photo WHERE visit_id = @visit_id ORDER BY at, digest;

-- name: InsertSample :exec
INSERT INTO visit_sample (visit_id, nr, row_nr, outcome, note, author) VALUES (@visit_id, @nr, @row_nr, '', '', '');

-- name: Samples :many
SELECT nr, row_nr, outcome, note, author, at FROM visit_sample WHERE visit_id = @visit_id ORDER BY nr, visit_id;

-- name: SetOutcome :execrows
UPDATE visit_sample SET outcome = @outcome, note = @note, author = @author, at = @at WHERE visit_id = @visit_id AND nr = @nr;

-- name: MembersOfCall :many
SELECT DISTINCT m.account_id FROM visit_member m JOIN visit v ON v.id = m.visit_id
WHERE v.call_id = @call_id ORDER BY m.account_id;
