-- Every advocate who could have been recognized for a journey, and why the others were not.
-- Grain: journey root x program x advocate x ground.
SELECT
    event_id,
    program,
    advocate_id,
    recognition_type,
    on_event,
    share_id,
    evidence_at,
    outcome,
    reason_code
FROM recognition_candidates
