-- Rows of recognition that stand more often than their grain allows: a join has multiplied them.
-- Grain: table x key; no rows when the check holds.
-- Why here and not by constraints: the tables are made whole by one SELECT each.
SELECT 'recognitions' AS table_name, event_id AS row_key, program, COUNT(*) AS copies
FROM recognitions
GROUP BY event_id, program
HAVING COUNT(*) > 1
UNION ALL
SELECT 'unrecognized_events', event_id, program, COUNT(*)
FROM unrecognized_events
GROUP BY event_id, program
HAVING COUNT(*) > 1
UNION ALL
SELECT 'journeys', journey_id, program, COUNT(*)
FROM journeys
GROUP BY journey_id, program
HAVING COUNT(*) > 1
UNION ALL
SELECT 'recognition_candidates', event_id, program, COUNT(*)
FROM recognition_candidates
GROUP BY event_id, program, advocate_id, recognition_type, on_event
HAVING COUNT(*) > 1
UNION ALL
SELECT 'relationships', since_event_id, program, COUNT(*)
FROM relationships
GROUP BY since_event_id, program
HAVING COUNT(*) > 1
UNION ALL
SELECT 'recognition_quality', event_id, program, COUNT(*)
FROM recognition_quality
GROUP BY event_id, program, rule
HAVING COUNT(*) > 1
