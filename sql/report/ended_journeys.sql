-- Journeys that ended: an active production event of theirs is negative in the catalog (a closure).
-- Grain: journey_id.
-- Why: nobody is to be reminded, or counted as retained, of what was closed.
SELECT
    e.journey_id,
    MIN(e.occurred_on) AS ended_on
FROM events AS e
INNER JOIN config_events AS c ON e.event_name = c.event_name AND c.negative
WHERE e.status = 'active' AND e.container = 'production'
GROUP BY e.journey_id
