-- name: InsertMark :exec
INSERT INTO mark (assignment_id, leaf, round, level, comment, private, reason, sealed, version, author, at)
VALUES (@assignment_id, @leaf, @round, @level, @comment, @private, @reason, 0, 1, @author, @at);

-- name: UpdateMark :execrows
UPDATE mark SET level = @level, comment = @comment, private = @private, reason = @reason, author = @author, at = @at,
  version = version + 1
WHERE assignment_id = @assignment_id AND leaf = @leaf AND round = @round AND version = @version AND sealed = 0;

-- name: Marks :many
SELECT assignment_id, leaf, round, level, comment, private, reason, version, author, at FROM mark
WHERE assignment_id = @assignment_id AND sealed = 0 ORDER BY leaf, round;

-- name: MarksOfCall :many
SELECT m.assignment_id, m.leaf, m.round, m.level, m.comment, m.private, m.reason, m.version, m.author, m.at
FROM mark m JOIN assignment a ON a.id = m.assignment_id
WHERE a.call_id = @call_id AND m.sealed = 0 ORDER BY m.assignment_id, m.leaf, m.round;

-- name: MarksOfApplication :many
SELECT m.assignment_id, m.leaf, m.round, m.level, m.comment, m.private, m.reason, m.version, m.author, m.at
FROM mark m JOIN assignment a ON a.id = m.assignment_id
WHERE a.application_id = @application_id AND m.sealed = 0 ORDER BY m.assignment_id, m.leaf, m.round;

-- name: CountMarks :many
SELECT m.assignment_id, COUNT(*) AS n FROM mark m JOIN assignment a ON a.id = m.assignment_id
WHERE a.call_id = @call_id AND m.sealed = 0 AND m.round = 1 AND m.level <> ''
GROUP BY m.assignment_id ORDER BY m.assignment_id;

-- name: Seal :exec
UPDATE mark SET sealed = 1 WHERE assignment_id = @assignment_id;

-- name: InsertDiscussion :exec
INSERT INTO discussion (id, call_id, application_id, state, spread, opened_at, summary)
VALUES (@id, @call_id, @application_id, 'open', @spread, @opened_at, '');

-- name: CloseDiscussion :execrows
UPDATE discussion SET state = 'closed', closed_at = @closed_at, summary = @summary WHERE id = @id AND state = 'open';

-- name: Discussion :one
SELECT id, call_id, application_id, state, spread, opened_at, closed_at, summary FROM discussion WHERE application_id = @application_id;

-- name: DiscussionByID :one
SELECT id, call_id, application_id, state, spread, opened_at, closed_at, summary FROM discussion WHERE id = @id;

-- name: Discussions :many
SELECT id, call_id, application_id, state, spread, opened_at, closed_at, summary FROM discussion WHERE call_id = @call_id ORDER BY opened_at, id;

-- name: InsertPost :exec
INSERT INTO discussion_post (id, discussion_id, assignment_id, text, at) VALUES (@id, @discussion_id, @assignment_id, @text, @at);

-- name: Posts :many
SELECT id, discussion_id, assignment_id, text, at FROM discussion_post WHERE discussion_id = @discussion_id ORDER BY at, id;
