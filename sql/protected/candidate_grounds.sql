-- What each candidate's ground rests on, and where it stood in the program's order; protected area only.
-- Grain: journey root x program x advocate x ground.
-- Why beside the published candidates: explain names the record behind each ground and by how many days it was too old,
-- as the run saw it, whatever the configuration says today.
SELECT
    c.event_id,
    c.program,
    c.advocate_id,
    c.recognition_type,
    c.on_event,
    c.evidence_key,
    c.evidence_on,
    c.tier,
    c.candidate_rank,
    c.rest_count,
    g.look_back_days
FROM recognition_candidates AS c
LEFT JOIN config_grounds AS g
    ON c.program = g.program AND c.recognition_type = g.recognition_type AND c.on_event = g.on_event
