-- Events with several rows: a join has multiplied them, or two versions stand.
-- Grain: event_id; no rows when the check holds.
SELECT
    event_id,
    COUNT(*) AS copies
FROM events
GROUP BY event_id
HAVING COUNT(*) > 1
