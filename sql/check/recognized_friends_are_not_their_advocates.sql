-- Recognitions whose advocate is an owner of the journey.
-- Grain: event x program; no rows when the check holds.
SELECT
    r.event_id,
    r.program
FROM recognitions AS r
INNER JOIN journey_owners AS o ON r.journey_id = o.journey_id AND r.advocate_id = o.person_id
