-- The friends that a person was recognized for, one row a journey and program.
-- Grain: journey x program.
SELECT
    j.program,
    j.journey_id,
    j.person_id,
    r.label,
    r.eligible,
    r.ineligible_reason,
    r.occurred_on AS root_on
FROM recognitions AS r
INNER JOIN journeys AS j ON r.event_id = j.root_event_id AND r.program = j.program
WHERE r.advocate_id = $person_id
ORDER BY r.occurred_on, j.program, j.journey_id
