-- name: Themes :many
SELECT id, code FROM theme ORDER BY id;

-- name: InsertTheme :exec
INSERT INTO theme (id, code) VALUES (@id, @code);

-- name: SessionID :one
SELECT id FROM session WHERE key = @key;

-- name: InsertSession :exec
INSERT INTO session (id, key) VALUES (@id, @key);

-- name: InsertBatch :exec
INSERT INTO batch (id, source, file, file_sha256, recorded_at, recorded_by)
VALUES (@id, @source, @file, @file_sha256, @recorded_at, @recorded_by);

-- name: InsertAttendance :exec
INSERT INTO attendance (id, person_id, session_id, rev, home_id, place_id, day, theme_id, online, minutes, heads, batch_id)
VALUES (@id, @person_id, @session_id, @rev, @home_id, @place_id, @day, @theme_id, @online, @minutes, @heads, @batch_id);

-- name: InsertReversal :exec
INSERT INTO reversal (id, attendance_id, reason, batch_id) VALUES (@id, @attendance_id, @reason, @batch_id);

-- name: PersonRows :many
SELECT a.id, a.rev, a.home_id, a.place_id, a.day, a.theme_id, a.online, a.minutes, s.key AS session_key, b.recorded_at, b.source,
       CAST(COALESCE(r.reason, '') AS TEXT) AS reversed
FROM attendance a JOIN session s ON s.id = a.session_id JOIN batch b ON b.id = a.batch_id
LEFT JOIN reversal r ON r.attendance_id = a.id
WHERE a.person_id = @person_id ORDER BY a.id;

-- name: InsertPerson :exec
INSERT INTO person (id, pseudonym, birth_year, sex) VALUES (@id, @pseudonym, @birth_year, @sex);

-- name: PersonByPseudonym :one
SELECT id, birth_year, sex FROM person WHERE pseudonym = @pseudonym;

-- name: Person :one
SELECT id, pseudonym, birth_year, sex FROM person WHERE id = @id;

-- name: PersonChanges :many
SELECT c.id, c.birth_year, c.sex, b.recorded_at FROM person_change c JOIN batch b ON b.id = c.batch_id
WHERE c.person_id = @person_id ORDER BY c.id;

-- name: InsertPersonChange :exec
INSERT INTO person_change (id, person_id, birth_year, sex, batch_id) VALUES (@id, @person_id, @birth_year, @sex, @batch_id);

-- name: Contact :one
SELECT person_id, home_id, sealed, phone_tag, consent FROM person_contact WHERE person_id = @person_id;

-- name: ContactsByPhone :many
SELECT person_id, home_id, sealed, consent FROM person_contact WHERE phone_tag = @phone_tag ORDER BY person_id;

-- name: InsertContact :exec
INSERT INTO person_contact (person_id, home_id, sealed, phone_tag, consent) VALUES (@person_id, @home_id, @sealed, @phone_tag, @consent);

-- name: UpdateContact :execrows
UPDATE person_contact SET home_id = @home_id, sealed = @sealed, phone_tag = @phone_tag, consent = @consent WHERE person_id = @person_id;

-- name: DeleteContact :execrows
DELETE FROM person_contact WHERE person_id = @person_id;
