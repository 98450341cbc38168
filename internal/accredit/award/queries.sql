-- name: InsertAward :exec
INSERT INTO award (id, kind, holder, area_id, state, valid_from, valid_to, created_at)
VALUES (@id, @kind, @holder, @area_id, @state, @valid_from, @valid_to, @created_at);

-- name: InsertDetail :exec
INSERT INTO award_detail (award_id, call_id, application_id, programme, org_id, number, document, day, term, state, desk,
  since, due, sentence, cause, exempt, score, failed, final)
VALUES (@award_id, @call_id, @application_id, @programme, @org_id, @number, @document, @day, @term, @state, @desk,
  @since, @due, @sentence, '', 0, '', 0, 0);

-- name: Awards :many
SELECT a.id, a.holder, a.area_id, a.state AS standing, a.valid_from, a.valid_to, d.call_id, d.application_id, d.programme, d.org_id,
  d.number, d.document, d.day, d.term, d.state, d.desk, d.since, d.due, d.sentence, d.cause, d.exempt, d.score, d.failed, d.final
FROM award a JOIN award_detail d ON d.award_id = a.id
ORDER BY d.day DESC, d.number, a.id;

-- name: Award :one
SELECT a.id, a.holder, a.area_id, a.state AS standing, a.valid_from, a.valid_to, d.call_id, d.application_id, d.programme, d.org_id,
  d.number, d.document, d.day, d.term, d.state, d.desk, d.since, d.due, d.sentence, d.cause, d.exempt, d.score, d.failed, d.final
FROM award a JOIN award_detail d ON d.award_id = a.id
WHERE a.id = @id;

-- name: AwardByNumber :one
SELECT award_id FROM award_detail WHERE number = @number;

-- name: OfApplication :one
SELECT count(*) FROM award_detail WHERE application_id = @application_id;

-- name: InForce :one
SELECT count(*) FROM award
WHERE kind = @kind AND state = 'awarded' AND valid_from <= @day AND (valid_to = '' OR valid_to > @day);

-- name: Taken :one
SELECT count(*) FROM award a LEFT JOIN award_detail d ON d.award_id = a.id
WHERE a.kind = @kind AND a.state = 'awarded'
  AND ((d.award_id IS NULL AND (a.valid_to = '' OR a.valid_to > @day)) OR d.final = 0);

-- name: MoveAward :exec
UPDATE award_detail SET state = @state, desk = @desk, since = @since, due = @due, final = @final WHERE award_id = @award_id;

-- name: SetValid :exec
UPDATE award SET state = @state, valid_from = @valid_from, valid_to = @valid_to WHERE id = @id;

-- name: SetLife :exec
UPDATE award_detail SET term = @term, cause = @cause, exempt = @exempt, score = @score, failed = @failed WHERE award_id = @award_id;

-- name: SetDue :exec
UPDATE award_detail SET due = @due WHERE award_id = @award_id;

-- name: InsertEvent :exec
INSERT INTO award_event (award_id, nr, move, from_state, to_state, reason, actor, day, valid_to, at)
VALUES (@award_id, @nr, @move, @from_state, @to_state, @reason, @actor, @day, @valid_to, @at);

-- name: LastEvent :one
SELECT CAST(coalesce(max(nr), 0) AS BIGINT) AS nr FROM award_event WHERE award_id = @award_id;

-- name: Events :many
SELECT award_id, nr, move, from_state, to_state, reason, actor, day, valid_to, at FROM award_event
WHERE award_id = @award_id ORDER BY nr, award_id;

-- name: InsertRecord :exec
INSERT INTO award_record (id, award_id, kind, day, text, author, at) VALUES (@id, @award_id, @kind, @day, @text, @author, @at);

-- name: Records :many
SELECT id, award_id, kind, day, text, author, at FROM award_record WHERE award_id = @award_id ORDER BY at, id;

-- name: InsertCheck :exec
INSERT INTO award_check (id, award_id, year, state, findings, answer, note, due, author, at)
VALUES (@id, @award_id, @year, 'open', @findings, '', '', @due, '', @at);

-- name: CheckOf :one
SELECT count(*) FROM award_check WHERE award_id = @award_id AND year = @year;

-- name: Check :one
SELECT id, award_id, year, state, findings, answer, note, due, author, at, answered_at FROM award_check WHERE id = @id;

-- name: Checks :many
SELECT id, award_id, year, state, findings, answer, note, due, author, at, answered_at FROM award_check
WHERE award_id = @award_id ORDER BY year DESC, id;

-- name: OpenChecks :many
SELECT id, award_id, year, state, findings, answer, note, due, author, at, answered_at FROM award_check
WHERE state IN ('open', 'answered') ORDER BY due, id;

-- name: SetCheck :exec
UPDATE award_check SET state = @state, answer = @answer, note = @note, author = @author, answered_at = @answered_at WHERE id = @id;

-- name: InsertCoach :exec
INSERT INTO coach (id, expert_id, org_id, area_id, programme, from_day, to_day, reason, author, at)
VALUES (@id, @expert_id, @org_id, @area_id, @programme, @from_day, '', '', @author, @at);

-- name: Coach :one
SELECT id, expert_id, org_id, area_id, programme, from_day, to_day, reason, author, at FROM coach WHERE id = @id;

-- name: Coaches :many
SELECT id, expert_id, org_id, area_id, programme, from_day, to_day, reason, author, at FROM coach ORDER BY from_day DESC, id DESC;

-- name: EndCoach :exec
UPDATE coach SET to_day = @to_day, reason = @reason WHERE id = @id;

-- name: InsertGuidance :exec
INSERT INTO guidance (id, coach_id, expert_id, org_id, area_id, day, kind, text, answer, author, at)
VALUES (@id, @coach_id, @expert_id, @org_id, @area_id, @day, @kind, @text, '', @author, @at);

-- name: Contacts :many
SELECT id, coach_id, expert_id, day, kind, text, answer, author, at FROM guidance WHERE coach_id = @coach_id ORDER BY day, id;

-- name: SetAnswer :execrows
UPDATE guidance SET answer = @answer WHERE id = @id AND coach_id = @coach_id AND answer = '';

-- name: InsertImprovement :exec
INSERT INTO improvement (id, coach_id, guidance_id, leaf, text, due, state, before, after, reason, author, at)
VALUES (@id, @coach_id, @guidance_id, @leaf, @text, @due, 'open', @before, '', '', @author, @at);

-- name: Improvements :many
SELECT id, coach_id, guidance_id, leaf, text, due, state, before, after, reason, author, at, done_at FROM improvement
WHERE coach_id = @coach_id ORDER BY due, id;

-- name: OpenImprovements :many
SELECT coach_id, due FROM improvement WHERE state = 'open' ORDER BY due, id;

-- name: SetImprovement :execrows
UPDATE improvement SET state = @state, after = @after, reason = @reason, done_at = @done_at
WHERE id = @id AND coach_id = @coach_id AND state = 'open';

-- name: InsertMilestone :exec
INSERT INTO milestone (id, improvement_id, text, due, author, at) VALUES (@id, @improvement_id, @text, @due, @author, @at);

-- name: Milestones :many
SELECT m.id, m.improvement_id, m.text, m.due, m.author, m.at, m.done_at FROM milestone m JOIN improvement i ON i.id = m.improvement_id
WHERE i.coach_id = @coach_id ORDER BY m.due, m.id;

-- name: DoneMilestone :execrows
UPDATE milestone SET done_at = @done_at WHERE id = @id AND improvement_id = @improvement_id AND done_at IS NULL;

-- name: LockAward :execrows
UPDATE award_detail SET final = final WHERE award_id = @award_id;
