-- Every possible advocate of a journey's root, and why each lost.
-- Grain: root x program x advocate x ground.
SELECT
    c.program,
    c.advocate_id,
    c.recognition_type,
    c.on_event,
    c.evidence_at,
    c.outcome,
    c.reason_code
FROM recognition_candidates AS c
INNER JOIN journeys AS j ON c.event_id = j.root_event_id AND c.program = j.program
WHERE j.journey_id = $journey_id
ORDER BY
    c.program ASC,
    CASE WHEN c.outcome = 'won' THEN 0 ELSE 1 END,
    c.evidence_at DESC NULLS LAST,
    c.recognition_type ASC,
    c.on_event ASC,
    c.advocate_id ASC NULLS LAST
