-- Rewardable production events that do not stand exactly once among the recognized and the unrecognized.
-- Grain: event x program; no rows when the check holds.
-- Why it starts at the events and the configuration: the tables in between could lose the same rows.
WITH rewardable_events AS (
    SELECT
        e.event_id,
        p.program
    FROM events AS e
    INNER JOIN config_program_events AS p ON e.event_name = p.event_name
    INNER JOIN config_events AS c ON e.event_name = c.event_name AND c.rewardable
    WHERE
        e.status IN ('active', 'conflict') AND e.container = 'production'
        AND COALESCE(e.program, p.program) = p.program
),

outcomes AS (
    SELECT event_id, program FROM recognitions WHERE container = 'production'
    UNION ALL
    SELECT event_id, program FROM unrecognized_events
),

counted_outcomes AS (
    SELECT event_id, program, COUNT(*) AS outcomes
    FROM outcomes
    GROUP BY event_id, program
)

SELECT
    COALESCE(r.event_id, o.event_id) AS event_id,
    COALESCE(r.program, o.program) AS program,
    COALESCE(o.outcomes, 0) AS outcomes
FROM rewardable_events AS r
FULL OUTER JOIN counted_outcomes AS o ON r.event_id = o.event_id AND r.program = o.program
WHERE r.event_id IS NULL OR o.outcomes IS NULL OR o.outcomes <> 1
