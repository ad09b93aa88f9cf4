-- The journeys in which a person is the friend or an owner.
-- Grain: journey.
WITH own_events AS (
    SELECT
        journey_id,
        occurred_at
    FROM events
    WHERE person_id = $person_id AND journey_id IS NOT NULL
    UNION ALL
    SELECT
        j.journey_id,
        e.occurred_at
    FROM journeys AS j
    INNER JOIN events AS e ON j.root_event_id = e.event_id
    WHERE j.person_id = $person_id
)

SELECT journey_id
FROM own_events
GROUP BY journey_id
ORDER BY MIN(occurred_at), journey_id
