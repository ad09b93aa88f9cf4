-- Active events without a journey, and events in conflict or cancelled that have a person or a journey.
-- Grain: event_id; no rows when the check holds.
SELECT
    event_id,
    status
FROM events
WHERE
    (status = 'active' AND journey_id IS NULL)
    OR (status <> 'active' AND (journey_id IS NOT NULL OR person_id IS NOT NULL))
