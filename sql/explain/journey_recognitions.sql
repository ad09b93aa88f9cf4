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
    v.occurred_on AS via_on,
    v.file_id AS via_file_id,
    v.record_number AS via_record_number,
    r.is_initial,
    r.eligible,
    r.ineligible_reason
FROM recognitions AS r
INNER JOIN journeys AS j ON r.event_id = j.root_event_id AND r.program = j.program
LEFT JOIN events AS v ON r.via_event_id = v.event_id
WHERE j.journey_id = $journey_id
ORDER BY r.program
