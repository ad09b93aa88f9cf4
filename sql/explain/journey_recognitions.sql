-- Who was recognized for a journey, at its root.
-- Grain: journey x program.
-- Why only the root: the journey's other events inherit its decision and its verdict.
SELECT
    r.program,
    r.advocate_id,
    r.recognition_type,
    r.label,
    r.basis,
    r.on_event,
    r.evidence_at,
    r.via_event_id,
    r.is_initial,
    r.eligible,
    r.ineligible_reason
FROM recognitions AS r
INNER JOIN journeys AS j ON r.event_id = j.root_event_id AND r.program = j.program
WHERE j.journey_id = $journey_id
ORDER BY r.program
