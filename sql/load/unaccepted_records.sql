-- The good records of the incoming file that were not accepted.
-- Grain: record, in input order.
-- Why: the results file names them; the others are accepted, or refused for reasons of their own.

SELECT
    o.record_number,
    o.status
FROM record_outcomes AS o
WHERE o.status <> 'accepted'
ORDER BY o.record_number
