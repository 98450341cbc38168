-- name: InsertApplication :exec
INSERT INTO application (id, call_id, code, object, org_id, area_id, district, title, channel, award_id, gates, state, desk, since, due,
  supplements, version, created_by, created_at)
VALUES (@id, @call_id, @code, @object, @org_id, @area_id, @district, @title, @channel, @award_id, @gates, @state, @desk, @since, @due,
  0, 1, @created_by, @created_at);

-- name: LockApplication :execrows
UPDATE application SET version = version + 1 WHERE id = @id;

-- name: MoveApplication :exec
UPDATE application SET state = @state, desk = @desk, since = @since, due = @due WHERE id = @id;

-- name: SetSubmitted :exec
UPDATE application SET submitted_at = @submitted_at WHERE id = @id;

-- name: CountSupplement :exec
UPDATE application SET supplements = supplements + 1 WHERE id = @id;

-- name: SetGates :exec
UPDATE application SET gates = @gates WHERE id = @id;

-- name: SetTitle :exec
UPDATE application SET title = @title WHERE id = @id;

-- name: SameApplication :one
SELECT count(*) FROM application
WHERE call_id = @call_id AND org_id = @org_id AND area_id = @area_id AND title = @title AND state NOT IN ('withdrawn', 'cancelled');

-- name: InsertApplicationEvent :exec
INSERT INTO application_event (application_id, nr, move, from_state, to_state, reason, actor, at)
VALUES (@application_id, (SELECT count(*) + 1 FROM application_event e WHERE e.application_id = @application_id),
  @move, @from_state, @to_state, @reason, @actor, @at);

-- name: ListApplicationEvents :many
SELECT nr, move, from_state, to_state, reason, actor, at FROM application_event WHERE application_id = @application_id ORDER BY nr;

-- name: InsertClaim :exec
INSERT INTO claim (application_id, leaf, version, level, reason, author, at)
VALUES (@application_id, @leaf, @version, @level, @reason, @author, @at);

-- name: ListClaims :many
SELECT leaf, version, level, reason, author, at FROM claim WHERE application_id = @application_id ORDER BY leaf, version;

-- name: LastClaim :one
SELECT leaf, version, level, reason, author, at FROM claim
WHERE application_id = @application_id AND leaf = @leaf ORDER BY version DESC LIMIT 1;

-- name: InsertEvidence :exec
INSERT INTO evidence (id, application_id, leaf, slot, kind, label, figure, url, digest, media, size, verdict, note, removed_by, removed_why, author, at)
VALUES (@id, @application_id, @leaf, @slot, @kind, @label, @figure, @url, @digest, @media, @size, '', '', '', '', @author, @at);

-- name: ListEvidence :many
SELECT id, leaf, slot, kind, label, figure, url, digest, media, size, verdict, note, author, at FROM evidence
WHERE application_id = @application_id AND removed_at IS NULL ORDER BY leaf, slot, id;

-- name: GetEvidence :one
SELECT id, application_id, leaf, slot, kind, label, figure, url, digest, media, size, verdict, note, author, at FROM evidence
WHERE id = @id AND removed_at IS NULL;

-- name: RemoveEvidence :exec
UPDATE evidence SET removed_at = @removed_at, removed_by = @removed_by, removed_why = @removed_why WHERE id = @id;

-- name: DropFigures :exec
DELETE FROM evidence WHERE application_id = @application_id AND kind IN ('figure', 'org');

-- name: JudgeEvidence :exec
UPDATE evidence SET verdict = @verdict, note = @note WHERE id = @id;

-- name: HasFile :one
SELECT count(*) FROM evidence WHERE application_id = @application_id AND digest = @digest AND kind = 'file';

-- name: FileOf :one
SELECT media, label FROM evidence WHERE application_id = @application_id AND digest = @digest AND kind = 'file' ORDER BY at, id LIMIT 1;

-- name: GetRecommendation :one
SELECT application_id, verdict, place, score, reason, author, at FROM recommendation WHERE application_id = @application_id;

-- name: ListRecommendations :many
SELECT r.application_id, r.verdict, r.place, r.score, r.reason, r.author, r.at, a.state FROM recommendation r
JOIN application a ON a.id = r.application_id
WHERE r.call_id = @call_id AND r.area_id = @area_id ORDER BY r.place, r.application_id;

-- name: DropRecommendation :exec
DELETE FROM recommendation WHERE application_id = @application_id;

-- name: InsertRecommendation :exec
INSERT INTO recommendation (application_id, call_id, area_id, verdict, place, score, reason, author, at)
VALUES (@application_id, @call_id, @area_id, @verdict, @place, @score, @reason, @author, @at);

-- name: InsertBar :exec
INSERT INTO bar (id, org_id, area_id, from_day, to_day, source, reason, author, at, lifted_by, lifted_why)
VALUES (@id, @org_id, @area_id, @from_day, @to_day, @source, @reason, @author, @at, '', '');

-- name: GetBar :one
SELECT id, org_id, area_id, from_day, to_day, source, reason, author, at, lifted_at, lifted_by, lifted_why FROM bar WHERE id = @id;

-- name: ListBars :many
SELECT id, org_id, area_id, from_day, to_day, source, reason, author, at, lifted_at, lifted_by, lifted_why FROM bar ORDER BY at DESC, id;

-- name: OpenBars :many
SELECT id, org_id, area_id, from_day, to_day, source, reason, author, at, lifted_at, lifted_by, lifted_why FROM bar
WHERE lifted_at IS NULL AND from_day <= CAST(@day AS TEXT) AND (to_day = '' OR to_day >= CAST(@day AS TEXT))
  AND ((org_id <> '' AND org_id = CAST(@org_id AS TEXT)) OR (org_id = '' AND area_id = @area_id))
ORDER BY at, id;

-- name: LiftBar :exec
UPDATE bar SET lifted_at = @lifted_at, lifted_by = @lifted_by, lifted_why = @lifted_why WHERE id = @id;

-- name: LiftBarsOf :exec
UPDATE bar SET lifted_at = @lifted_at, lifted_by = @lifted_by, lifted_why = @lifted_why WHERE source = @source AND lifted_at IS NULL;

-- name: ListDuplicates :many
SELECT other_id, reason, author, at FROM duplicate WHERE application_id = @application_id ORDER BY other_id;

-- name: InsertDuplicate :exec
INSERT INTO duplicate (application_id, other_id, reason, author, at) VALUES (@application_id, @other_id, @reason, @author, @at);

-- name: Unsubmitted :many
SELECT id FROM application WHERE call_id = @call_id AND submitted_at IS NULL AND desk = 'applicant' ORDER BY code, id;

-- name: ListDue :many
SELECT a.id, a.call_id FROM application a WHERE a.due <> '' AND a.due < CAST(@day AS TEXT) ORDER BY a.call_id, a.id;

-- name: ListStaff :many
SELECT created_by AS account FROM application a WHERE a.id = @id
UNION SELECT c.author FROM claim c WHERE c.application_id = @id
UNION SELECT e.actor FROM application_event e WHERE e.application_id = @id
  AND e.from_state IN ('applying', 'self_assessed', 'verifying', 'recommending', 'not_recommended', 'formal_check', 'supplement')
UNION SELECT v.author FROM evidence v WHERE v.application_id = @id AND v.kind NOT IN ('figure', 'org')
UNION SELECT r.author FROM recommendation r WHERE r.application_id = @id
ORDER BY 1;

-- name: ListRecommenders :many
SELECT r.author AS account FROM recommendation r WHERE r.application_id = @id
UNION SELECT e.actor FROM application_event e WHERE e.application_id = @id AND e.move IN ('recommend', 'decline', 'reconsider')
ORDER BY 1;
