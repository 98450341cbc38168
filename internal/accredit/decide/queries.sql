-- name: PutOutcome :exec
INSERT INTO outcome (application_id, call_id, score, visit, final, spread, place, tie, grey, second, proposed, decision, reason, sentence)
VALUES (@application_id, @call_id, @score, @visit, @final, @spread, @place, @tie, @grey, '', @proposed, '', '', '')
ON CONFLICT (application_id) DO UPDATE SET score = excluded.score, visit = excluded.visit, final = excluded.final, spread = excluded.spread,
  place = excluded.place, tie = excluded.tie, grey = excluded.grey, proposed = excluded.proposed;

-- name: Outcomes :many
SELECT application_id, call_id, score, visit, final, spread, place, tie, grey, second, proposed, decision, reason, sentence
FROM outcome WHERE call_id = @call_id ORDER BY place, application_id;

-- name: SetDecision :execrows
UPDATE outcome SET decision = @decision, reason = @reason WHERE application_id = @application_id AND call_id = @call_id;

-- name: SetSecond :execrows
UPDATE outcome SET second = @second, reason = @reason WHERE application_id = @application_id AND call_id = @call_id;

-- name: SetSentence :execrows
UPDATE outcome SET sentence = @sentence WHERE application_id = @application_id AND call_id = @call_id;

-- name: InsertMeeting :exec
INSERT INTO panel_meeting (id, call_id, kind, day, number, state, note, created_by, created_at)
VALUES (@id, @call_id, @kind, @day, @number, @state, @note, @created_by, @created_at);

-- name: Meeting :one
SELECT id, call_id, kind, day, number, state, note, created_by, created_at FROM panel_meeting WHERE id = @id;

-- name: Meetings :many
SELECT id, call_id, kind, day, number, state, note, created_by, created_at FROM panel_meeting WHERE call_id = @call_id ORDER BY created_at, id;

-- name: SetMeetingState :exec
UPDATE panel_meeting SET state = @state WHERE id = @id;

-- name: PutMember :exec
INSERT INTO panel_member (meeting_id, account_id, expert_id, name, present) VALUES (@meeting_id, @account_id, @expert_id, @name, @present)
ON CONFLICT (meeting_id, account_id) DO UPDATE SET present = excluded.present;

-- name: Members :many
SELECT meeting_id, account_id, expert_id, name, present FROM panel_member WHERE meeting_id = @meeting_id ORDER BY name, account_id;

-- name: PutVote :exec
INSERT INTO vote (meeting_id, application_id, account_id, choice, entered_by, at) VALUES (@meeting_id, @application_id, @account_id, @choice, @entered_by, @at)
ON CONFLICT (meeting_id, application_id, account_id) DO UPDATE SET choice = excluded.choice, entered_by = excluded.entered_by, at = excluded.at;

-- name: Votes :many
SELECT application_id, account_id, choice FROM vote WHERE meeting_id = @meeting_id ORDER BY application_id, account_id;

-- name: PutSealed :exec
INSERT INTO sealed (call_id, record, digest, at) VALUES (@call_id, @record, @digest, @at)
ON CONFLICT (call_id) DO UPDATE SET record = excluded.record, digest = excluded.digest, at = excluded.at;

-- name: Sealed :one
SELECT call_id, record, digest, at FROM sealed WHERE call_id = @call_id;

-- name: InsertNotice :exec
INSERT INTO notice (id, call_id, from_day, to_day, body, at) VALUES (@id, @call_id, @from_day, @to_day, @body, @at);

-- name: NoticeOfCall :one
SELECT id, call_id, from_day, to_day, body, at FROM notice WHERE call_id = @call_id ORDER BY at DESC, id LIMIT 1;

-- name: Notice :one
SELECT id, call_id, from_day, to_day, body, at FROM notice WHERE id = @id;

-- name: Notices :many
SELECT id, call_id, from_day, to_day, body, at FROM notice ORDER BY at DESC, id;

-- name: InsertObjection :exec
INSERT INTO objection (id, code, notice_id, call_id, application_id, channel, named, name, contact, grounds, digest, state, since, due, handler, finding, answer, at)
VALUES (@id, @code, @notice_id, @call_id, @application_id, @channel, @named, @name, @contact, @grounds, @digest, @state, @since, @due, '', '', '', @at);

-- name: Objection :one
SELECT id, code, notice_id, call_id, application_id, channel, named, name, contact, grounds, digest, state, since, due, handler, finding, answer, at
FROM objection WHERE id = @id;

-- name: ObjectionByCode :one
SELECT id, code, notice_id, call_id, application_id, channel, named, name, contact, grounds, digest, state, since, due, handler, finding, answer, at
FROM objection WHERE code = @code;

-- name: Objections :many
SELECT id, code, notice_id, call_id, application_id, channel, named, name, contact, grounds, digest, state, since, due, handler, finding, answer, at
FROM objection ORDER BY at DESC, id;

-- name: ObjectionsOfCall :many
SELECT id, code, notice_id, call_id, application_id, channel, named, name, contact, grounds, digest, state, since, due, handler, finding, answer, at
FROM objection WHERE call_id = @call_id ORDER BY at, id;

-- name: MoveObjection :exec
UPDATE objection SET state = @state, since = @since, due = @due, handler = @handler, finding = @finding, answer = @answer WHERE id = @id;

-- name: InsertObjectionEvent :exec
INSERT INTO objection_event (objection_id, nr, move, from_state, to_state, reason, actor, at)
VALUES (@objection_id, (SELECT count(*) + 1 FROM objection_event e WHERE e.objection_id = @objection_id), @move, @from_state, @to_state, @reason, @actor, @at);

-- name: ObjectionEvents :many
SELECT objection_id, nr, move, from_state, to_state, reason, actor, at FROM objection_event WHERE objection_id = @objection_id ORDER BY nr;

-- name: OpenMeetingsOf :many
SELECT m.id, m.call_id, m.kind, m.day, m.number, m.state, m.note, m.created_by, m.created_at
FROM panel_meeting m JOIN panel_member p ON p.meeting_id = m.id
WHERE p.account_id = @account_id AND m.state = 'open' ORDER BY m.created_at, m.id;
