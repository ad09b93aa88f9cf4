-- What was decided about each event and when, and when another decision took its place.
-- Grain: decision and period.
SELECT
    event_id,
    program,
    advocate_id,
    recognition_type,
    decided_as_of,
    superseded_as_of
FROM recognition_history
