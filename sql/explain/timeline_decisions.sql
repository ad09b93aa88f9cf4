-- What was decided about a journey's root and when, and when another decision took its place.
-- Grain: decision and period.
SELECT
    'decision' AS what,
    h.event_id,
    h.decided_as_of AS happened_on,
    h.superseded_as_of,
    h.program,
    h.advocate_id,
    h.recognition_type,
    f.feed_id,
    e.file_id,
    e.record_number
FROM recognition_history AS h
INNER JOIN journeys AS j ON h.event_id = j.root_event_id AND h.program = j.program
INNER JOIN events AS e ON h.event_id = e.event_id
LEFT JOIN files AS f ON e.file_id = f.file_id
WHERE j.journey_id = $journey_id
ORDER BY h.decided_as_of, h.program, h.advocate_id NULLS FIRST, h.superseded_as_of NULLS LAST
