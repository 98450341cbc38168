-- name: CountAwards :one
SELECT
  CAST(count(CASE WHEN state = 'awarded' AND valid_from <= @day AND (valid_to = '' OR valid_to > @day) THEN 1 END) AS BIGINT) AS in_force,
  CAST(count(CASE WHEN state = 'under_review' THEN 1 END) AS BIGINT) AS under_way
FROM award WHERE kind = @kind;
