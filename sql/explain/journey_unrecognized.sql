-- Why nobody was recognized for a journey's events.
-- Grain: program x reason.
SELECT
    u.program,
    u.reason_code,
    COUNT(*) AS event_count
FROM unrecognized_events AS u
INNER JOIN events AS e ON u.event_id = e.event_id
WHERE e.journey_id = $journey_id
GROUP BY u.program, u.reason_code
ORDER BY u.program, u.reason_code
