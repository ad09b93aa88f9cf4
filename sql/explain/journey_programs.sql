-- A journey as each program judges it.
-- Grain: journey x program.
SELECT
    j.journey_id,
    j.program,
    j.person_id,
    j.root_event_id,
    j.advocate_id,
    j.opened_on,
    j.funded_on,
    j.qualified_on,
    j.closed_on,
    e.event_name AS root_event_name,
    e.occurred_on AS root_on
FROM journeys AS j
INNER JOIN events AS e ON j.root_event_id = e.event_id
WHERE j.journey_id = $journey_id
ORDER BY j.program
