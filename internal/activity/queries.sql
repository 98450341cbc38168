-- name: Org :one
SELECT id, code, name, area_id, state FROM org WHERE id = @id;

-- name: OrgByCode :one
SELECT id, code, name, area_id, state FROM org WHERE code = @code;

-- name: Teachers :many
SELECT DISTINCT t.id, t.login, t.name
FROM account t
JOIN role_grant g ON g.account_id = t.id
WHERE g.org_id = @org_id AND t.state = 'active'
ORDER BY t.name, t.id;

-- name: InsertActivity :exec
INSERT INTO activity (id, org_id, title, form, theme, tags, summary, state, reason, created_at, updated_at)
VALUES (@id, @org_id, @title, @form, @theme, @tags, @summary, @state, '', @created_at, @updated_at);

-- name: Activity :one
SELECT a.id, a.org_id, o.name AS org_name, o.area_id AS org_area, a.title, a.form, a.theme, a.tags, a.summary,
       a.state, a.reason, a.created_at, a.updated_at
FROM activity a
JOIN org o ON o.id = a.org_id
WHERE a.id = @id;

-- name: ActivityByTitle :one
SELECT id FROM activity
WHERE org_id = @org_id AND title = @title AND state <> 'cancelled'
ORDER BY created_at, id
LIMIT 1;

-- name: UpdateActivity :exec
UPDATE activity SET title = @title, form = @form, theme = @theme, tags = @tags, summary = @summary, updated_at = @updated_at
WHERE id = @id;

-- name: SetActivityState :exec
UPDATE activity SET state = @state, reason = @reason, updated_at = @updated_at WHERE id = @id;

-- name: InsertClass :exec
INSERT INTO class (id, activity_id, name, teacher_id, capacity, mode, state, reason, created_at, updated_at)
VALUES (@id, @activity_id, @name, @teacher_id, @capacity, @mode, @state, '', @created_at, @updated_at);

-- name: Class :one
SELECT c.id, c.activity_id, a.title, a.theme, a.state AS activity_state, a.org_id, o.name AS org_name, o.area_id AS org_area,
       c.name, c.teacher_id, CAST(coalesce(t.name, '') AS TEXT) AS teacher_name, c.capacity, c.mode, c.state, c.reason, c.updated_at
FROM class c
JOIN activity a ON a.id = c.activity_id
JOIN org o ON o.id = a.org_id
LEFT JOIN account t ON t.id = c.teacher_id
WHERE c.id = @id;

-- name: ClassByName :one
SELECT id FROM class
WHERE activity_id = @activity_id AND name = @name AND state <> 'cancelled'
ORDER BY created_at, id
LIMIT 1;

-- name: ClassesOf :many
SELECT c.id, c.name, c.teacher_id, CAST(coalesce(t.name, '') AS TEXT) AS teacher_name, c.capacity, c.mode, c.state,
       (SELECT count(*) FROM meeting m WHERE m.class_id = c.id AND m.state <> 'cancelled') AS meetings,
       (SELECT count(*) FROM meeting m WHERE m.class_id = c.id AND m.state = 'held') AS held,
       (SELECT count(*) FROM learner l WHERE l.class_id = c.id AND l.state <> 'left') AS learners,
       CAST(coalesce((SELECT min(m.day) FROM meeting m WHERE m.class_id = c.id AND m.state <> 'cancelled'), '') AS TEXT) AS first_day,
       CAST(coalesce((SELECT max(m.day) FROM meeting m WHERE m.class_id = c.id AND m.state <> 'cancelled'), '') AS TEXT) AS last_day
FROM class c
LEFT JOIN account t ON t.id = c.teacher_id
WHERE c.activity_id = @activity_id
ORDER BY c.created_at, c.id;

-- name: LockClass :execrows
UPDATE class SET updated_at = @updated_at WHERE id = @id;

-- name: UpdateClass :exec
UPDATE class SET name = @name, teacher_id = @teacher_id, capacity = @capacity, mode = @mode, updated_at = @updated_at
WHERE id = @id;

-- name: SetClassState :exec
UPDATE class SET state = @state, reason = @reason, updated_at = @updated_at WHERE id = @id;

-- name: CancelClasses :exec
UPDATE class SET state = 'cancelled', reason = @reason, updated_at = @updated_at
WHERE activity_id = @activity_id AND state IN ('planned', 'running');

-- name: CancelMeetingsOfClass :exec
UPDATE meeting SET state = 'cancelled', reason = @reason, updated_at = @updated_at
WHERE class_id = @class_id AND state = 'planned' AND day >= @day;

-- name: CancelMeetingsOfActivity :exec
UPDATE meeting SET state = 'cancelled', reason = @reason, updated_at = @updated_at
WHERE class_id IN (SELECT id FROM class WHERE activity_id = @activity_id) AND state = 'planned' AND day >= @day;

-- name: InsertMeeting :exec
INSERT INTO meeting (id, class_id, no, day, starts, minutes, area_id, room, state, reason, updated_at)
VALUES (@id, @class_id, @no, @day, @starts, @minutes, @area_id, @room, 'planned', '', @updated_at);

-- name: Meeting :one
SELECT m.id, m.class_id, m.no, m.day, m.starts, m.minutes, m.area_id, m.room, m.state, m.reason, m.updated_at,
       (SELECT count(*) FROM meeting x WHERE x.class_id = m.class_id AND x.state <> 'cancelled') AS total
FROM meeting m
WHERE m.id = @id;

-- name: MeetingsOf :many
SELECT id, class_id, no, day, starts, minutes, area_id, room, state, reason, updated_at
FROM meeting
WHERE class_id = @class_id
ORDER BY day, starts, id;

-- name: LastMeetingNo :one
SELECT CAST(coalesce(max(no), 0) AS BIGINT) AS no FROM meeting WHERE class_id = @class_id;

-- name: MoveMeeting :execrows
UPDATE meeting SET day = @day, starts = @starts, minutes = @minutes, area_id = @area_id, room = @room, reason = @reason, updated_at = @updated_at
WHERE id = @id AND state = 'planned';

-- name: SetMeetingState :execrows
UPDATE meeting SET state = @state, reason = @reason, updated_at = @updated_at WHERE id = @id AND state = @was;

-- name: StartClass :exec
UPDATE class SET state = 'running', updated_at = @updated_at WHERE id = @id AND state = 'planned';

-- name: FinishClass :exec
UPDATE class SET state = 'finished', updated_at = @updated_at
WHERE class.id = @id AND class.state IN ('planned', 'running')
  AND NOT EXISTS (SELECT 1 FROM meeting m WHERE m.class_id = class.id AND m.state = 'planned');

-- name: ReopenClass :exec
UPDATE class SET state = 'running', updated_at = @updated_at WHERE id = @id AND state = 'finished';

-- name: LearnersOf :many
SELECT person_id, state, added_at FROM learner WHERE class_id = @class_id ORDER BY added_at, person_id;

-- name: CountLearners :one
SELECT count(*) FROM learner WHERE class_id = @class_id AND state = 'enrolled';

-- name: PutLearner :exec
INSERT INTO learner (class_id, person_id, state, added_at) VALUES (@class_id, @person_id, @state, @added_at)
ON CONFLICT (class_id, person_id) DO UPDATE SET state = excluded.state, left_at = NULL;

-- name: PutWalkIn :exec
INSERT INTO learner (class_id, person_id, state, added_at) VALUES (@class_id, @person_id, 'walk_in', @added_at)
ON CONFLICT (class_id, person_id) DO UPDATE SET state = CASE WHEN learner.state = 'left' THEN 'walk_in' ELSE learner.state END;

-- name: RemoveLearner :execrows
UPDATE learner SET state = 'left', left_at = CASE WHEN state = 'enrolled' THEN @left_at ELSE left_at END
WHERE class_id = @class_id AND person_id = @person_id AND state <> 'left';

-- name: LeaveOf :many
SELECT person_id FROM leave_note WHERE meeting_id = @meeting_id ORDER BY person_id;

-- name: PutLeave :exec
INSERT INTO leave_note (meeting_id, person_id, noted_at) VALUES (@meeting_id, @person_id, @noted_at)
ON CONFLICT (meeting_id, person_id) DO NOTHING;

-- name: DropLeave :exec
DELETE FROM leave_note WHERE meeting_id = @meeting_id AND person_id = @person_id;

-- name: OrgNumbers :one
SELECT (SELECT count(*) FROM activity a WHERE a.org_id = @org_id AND a.state = 'open') AS activities,
       (SELECT count(*) FROM class c JOIN activity a ON a.id = c.activity_id WHERE a.org_id = @org_id AND c.state IN ('planned', 'running')) AS classes,
       (SELECT count(*) FROM meeting m JOIN class c ON c.id = m.class_id JOIN activity a ON a.id = c.activity_id
        WHERE a.org_id = @org_id AND m.state = 'held' AND m.day >= @from_day AND m.day <= @to_day) AS held;

-- name: MarkClass :exec
INSERT INTO class_recount (id, class_id) VALUES (@id, @class_id);

-- name: MarkedClasses :many
SELECT id, class_id FROM class_recount ORDER BY id LIMIT 200;

-- name: UnmarkClass :exec
DELETE FROM class_recount WHERE id = @id;

-- name: CountedMeetings :many
SELECT id, day, updated_at FROM meeting
WHERE class_id = @class_id AND state NOT IN ('planned', 'cancelled') -- SQLite would go through all that were held
ORDER BY day, starts, id;

-- name: CountedLearners :many
SELECT person_id, state, added_at, left_at FROM learner WHERE class_id = @class_id ORDER BY person_id;

-- name: CountedLeave :many
SELECT n.meeting_id, n.person_id FROM leave_note n
JOIN meeting m ON m.id = n.meeting_id
WHERE m.class_id = @class_id
ORDER BY n.meeting_id, n.person_id;

-- name: CountedClass :one
SELECT capacity, state FROM class WHERE id = @id;

-- name: DropRosterCounts :exec
DELETE FROM roster_count WHERE meeting_id IN (SELECT id FROM meeting WHERE class_id = @class_id);

-- name: DropClassCount :exec
DELETE FROM class_count WHERE class_id = @class_id;

-- name: DropCompletion :exec
DELETE FROM completion WHERE class_id = @class_id;

-- name: InsertRosterCount :exec
INSERT INTO roster_count (meeting_id, due, attended) VALUES (@meeting_id, @due, @attended);

-- name: InsertClassCount :exec
INSERT INTO class_count (class_id, last_id, held, is_full) VALUES (@class_id, @last_id, @held, @is_full);

-- name: InsertCompletion :exec
INSERT INTO completion (class_id, attended, learners) VALUES (@class_id, @attended, @learners);
