-- Where journeys stand still: those that may still go on, by the step that they reached and the one that comes next.
-- Grain: program x event reached x next event.
SELECT
    program,
    last_event_name,
    COALESCE(next_event_name, '') AS next_event_name,
    COUNT(*) AS journeys,
    CAST(SUM(CASE WHEN is_recognized THEN 1 ELSE 0 END) AS BIGINT) AS recognized_journeys,
    MAX(days_since) AS longest_days
FROM report_incomplete_journeys
GROUP BY program, last_event_name, COALESCE(next_event_name, '')
ORDER BY COUNT(*) DESC, program ASC, last_event_name ASC, next_event_name ASC
