-- name: Registered :many
SELECT area_id, type, count(*) AS n FROM org WHERE state = 'active'
GROUP BY area_id, type
ORDER BY area_id, type;

-- name: Recorded :many
SELECT DISTINCT a.org_id, o.area_id, o.type, m.day
FROM meeting m
JOIN class c ON c.id = m.class_id
JOIN activity a ON a.id = c.activity_id
JOIN org o ON o.id = a.org_id
WHERE m.state = 'held' AND m.day >= @from_day AND m.day <= @to_day
ORDER BY o.area_id, a.org_id, m.day;
