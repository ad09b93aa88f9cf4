-- What was decided about a journey's root and when, and when another decision took its place.
-- Grain: decision and period.
-- Why a manual one rests on the operator's act: no record of any file says it.
SELECT
    'decision' AS what,
    h.event_id,
    h.decided_as_of AS happened_on,
    h.superseded_as_of,
    h.program,
    h.advocate_id,
    h.recognition_type,
    m.journal_number AS act_number,
    m.acted_on,
    m.reason_code AS act_reason,
    CASE WHEN m.journal_number IS NULL THEN f.feed_id END AS feed_id,
    CASE WHEN m.journal_number IS NULL THEN e.file_id END AS file_id,
    CASE WHEN m.journal_number IS NULL THEN e.record_number END AS record_number
FROM recognition_history AS h
INNER JOIN journeys AS j ON h.event_id = j.root_event_id AND h.program = j.program
INNER JOIN events AS e ON h.event_id = e.event_id
LEFT JOIN files AS f ON e.file_id = f.file_id
LEFT JOIN vault.manual_recognitions AS m
    ON
        h.recognition_type = 'MANUAL' AND h.event_id = m.root_event_id
        AND h.program = m.program AND h.advocate_id = m.advocate_id
WHERE j.journey_id = $journey_id
ORDER BY h.decided_as_of, h.program, h.advocate_id NULLS FIRST, h.superseded_as_of NULLS LAST
