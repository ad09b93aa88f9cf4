-- Journeys with several roots in one program, and roots that are no active event of their journey.
-- Grain: journey_id x program; no rows when the check holds.
WITH roots AS (
    SELECT
        journey_id,
        program,
        MIN(root_event_id) AS root_event_id,
        COUNT(*) AS roots
    FROM journey_roots
    GROUP BY journey_id, program
)

SELECT
    roots.journey_id,
    roots.program,
    roots.roots
FROM roots
LEFT JOIN events
    ON
        roots.root_event_id = events.event_id
        AND roots.journey_id = events.journey_id
        AND events.status = 'active'
WHERE roots.roots > 1 OR events.event_id IS NULL
