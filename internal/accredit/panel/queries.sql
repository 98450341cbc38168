-- name: InsertSeat :exec
INSERT INTO seat (call_id, expert_id, place, panel, state, draw_id, reason, at)
VALUES (@call_id, @expert_id, @place, @panel, @state, @draw_id, @reason, @at);

-- name: ClearSeats :exec
DELETE FROM seat WHERE call_id = @call_id;

-- name: Seats :many
SELECT call_id, expert_id, place, panel, state, draw_id, reason, at FROM seat
WHERE call_id = @call_id ORDER BY place, expert_id;

-- name: SeatsOf :many
SELECT call_id, expert_id, place, panel, state, draw_id, reason, at FROM seat
WHERE expert_id = @expert_id ORDER BY at DESC, call_id;

-- name: SetSeat :exec
UPDATE seat SET place = @place, panel = @panel, state = @state, reason = @reason, at = @at
WHERE call_id = @call_id AND expert_id = @expert_id;

-- name: InsertAssignment :exec
INSERT INTO assignment (id, call_id, application_id, code, expert_id, state, anchor, pinned, kind, reason, author, created_at)
VALUES (@id, @call_id, @application_id, @code, @expert_id, @state, @anchor, @pinned, '', @reason, @author, @created_at);

-- name: Assignments :many
SELECT a.id, a.call_id, a.application_id, a.code, a.expert_id, a.state, a.anchor, a.pinned, a.kind, a.reason, a.author,
  a.created_at, a.submitted_at, a.ended_at, s.place, s.panel
FROM assignment a JOIN seat s ON s.call_id = a.call_id AND s.expert_id = a.expert_id
WHERE a.call_id = @call_id ORDER BY a.code, s.place, a.id;

-- name: AssignmentsOf :many
SELECT a.id, a.call_id, a.application_id, a.code, a.expert_id, a.state, a.anchor, a.pinned, a.kind, a.reason, a.author,
  a.created_at, a.submitted_at, a.ended_at, s.place, s.panel
FROM assignment a JOIN seat s ON s.call_id = a.call_id AND s.expert_id = a.expert_id
WHERE a.expert_id = @expert_id AND a.state IN ('open', 'submitted') ORDER BY a.call_id, a.code, a.id;

-- name: CallsOf :many
SELECT DISTINCT call_id FROM assignment WHERE expert_id = @expert_id AND state IN ('planned', 'open', 'submitted') ORDER BY call_id;

-- name: Assignment :one
SELECT a.id, a.call_id, a.application_id, a.code, a.expert_id, a.state, a.anchor, a.pinned, a.kind, a.reason, a.author,
  a.created_at, a.submitted_at, a.ended_at, s.place, s.panel
FROM assignment a JOIN seat s ON s.call_id = a.call_id AND s.expert_id = a.expert_id
WHERE a.id = @id;

-- name: MarkSubmitted :execrows
UPDATE assignment SET state = 'submitted', submitted_at = @submitted_at WHERE id = @id AND state = 'open';

-- name: EndAssignment :execrows
UPDATE assignment SET state = @state, kind = @kind, reason = @reason, ended_at = @ended_at
WHERE id = @id AND state IN ('planned', 'open', 'submitted');

-- name: OpenAssignments :execrows
UPDATE assignment SET state = 'open' WHERE assignment.call_id = @call_id AND assignment.state = 'planned'
  AND assignment.expert_id IN (SELECT s.expert_id FROM seat s WHERE s.call_id = @call_id AND s.state = 'seated');

-- name: DropAssignment :exec
DELETE FROM assignment WHERE id = @id AND state = 'planned';

-- name: OpenOf :execrows
UPDATE assignment SET state = 'open' WHERE call_id = @call_id AND expert_id = @expert_id AND state = 'planned';

-- name: DropPlanned :exec
DELETE FROM assignment WHERE call_id = @call_id AND state = 'planned';

-- name: Plan :one
SELECT call_id, seed, digest, author, at FROM panel_plan WHERE call_id = @call_id;

-- name: DropPlan :exec
DELETE FROM panel_plan WHERE call_id = @call_id;

-- name: InsertPlan :exec
INSERT INTO panel_plan (call_id, seed, digest, author, at) VALUES (@call_id, @seed, @digest, @author, @at);

-- name: LiveCalls :many
SELECT DISTINCT call_id FROM assignment WHERE state IN ('planned', 'open', 'submitted') ORDER BY call_id;
