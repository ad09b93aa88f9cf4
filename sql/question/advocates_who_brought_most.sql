-- Which advocates brought the most new customers? A friend counts where the program's terms let the recognition count
-- (eligible) and no quality rule rejected it; ties go by the smaller id.
-- Grain: advocate.
SELECT
    advocate_id,
    COUNT(DISTINCT person_id) AS friends,
    MIN(occurred_on) AS first_on,
    MAX(occurred_on) AS last_on
FROM recognitions
WHERE container = 'production' AND eligible AND quality <> 'rejected' AND event_id = root_event_id
GROUP BY advocate_id
ORDER BY friends DESC, advocate_id
LIMIT 10
