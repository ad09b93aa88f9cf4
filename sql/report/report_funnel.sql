-- How far friends came: journeys that reached each event of the program's tracking plan.
-- Grain: program x event name.
-- A journey is counted once per event name, whatever the number of events; production and active events only. Negative
-- events (a closure) are no step forward and are left out.
WITH reached AS (
    SELECT DISTINCT
        j.program,
        j.journey_id,
        e.event_name
    FROM journey_roots AS j
    INNER JOIN events AS e ON j.journey_id = e.journey_id
    WHERE j.container = 'production' AND e.status = 'active' AND e.container = 'production'
),

recognized_journeys AS (
    SELECT DISTINCT
        program,
        journey_id
    FROM attributed_events
)

SELECT
    r.program,
    r.event_name,
    c.stage,
    COUNT(*) AS journeys,
    CAST(SUM(CASE WHEN a.journey_id IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS recognized_journeys
FROM reached AS r
INNER JOIN config_events AS c ON r.event_name = c.event_name
LEFT JOIN recognized_journeys AS a ON r.program = a.program AND r.journey_id = a.journey_id
WHERE NOT c.negative
GROUP BY r.program, r.event_name, c.stage
