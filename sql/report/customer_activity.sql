-- The last day on which each customer did anything in a journey that has not ended.
-- Grain: customer: the event's person, else its journey's, else the journey.
-- Why: whoever was active on or after a day was still there on it, so the last day answers for every horizon. Active
-- production events count, of any name that is not negative; a journey that a negative event ended tells nothing.
WITH journey_persons AS (
    SELECT
        journey_id,
        MIN(person_id) AS person_id
    FROM journey_roots
    GROUP BY journey_id
)

SELECT
    COALESCE(e.person_id, p.person_id, e.journey_id) AS customer_id,
    MAX(e.occurred_on) AS last_active_on
FROM events AS e
INNER JOIN config_events AS c ON e.event_name = c.event_name AND NOT c.negative
LEFT JOIN journey_persons AS p ON e.journey_id = p.journey_id
LEFT JOIN ended_journeys AS x ON e.journey_id = x.journey_id
WHERE e.status = 'active' AND e.container = 'production' AND x.journey_id IS NULL
GROUP BY COALESCE(e.person_id, p.person_id, e.journey_id)
