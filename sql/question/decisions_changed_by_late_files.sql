-- Which decisions changed when evidence came late? A row is an event whose first decision was superseded; an empty advocate
-- now means that nobody is recognized any more.
-- Grain: event x program x superseded decision.
SELECT
    h.event_id,
    h.advocate_id AS advocate_before,
    h.decided_as_of,
    h.superseded_as_of,
    r.advocate_id AS advocate_now,
    r.recognition_type AS ground_now
FROM recognition_history AS h
LEFT JOIN recognitions AS r ON h.event_id = r.event_id AND h.program = r.program
WHERE h.superseded_as_of IS NOT NULL
ORDER BY h.superseded_as_of, h.event_id, h.decided_as_of
LIMIT 10
