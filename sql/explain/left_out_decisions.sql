-- What was once decided about an event that counts for nothing now.
-- Grain: decision and period.
SELECT
    program,
    advocate_id,
    recognition_type,
    decided_as_of,
    superseded_as_of
FROM recognition_history
WHERE event_id = $event_id
ORDER BY decided_as_of, program, advocate_id NULLS FIRST
