-- Every possible advocate of a journey's root: on which record each rests, and why each won or lost, by how much.
-- Grain: root x program x advocate x ground.
-- Why the root's own record where nothing else is named: what the event itself says rests on the event.
-- Others lost to the first candidate also where it did not win: its program's recognition is another program's of the
-- group, or an earlier relationship's.
WITH roots AS (
    SELECT
        j.program,
        j.root_event_id,
        e.occurred_at AS root_at,
        e.occurred_on AS root_on,
        e.file_id,
        e.record_number
    FROM journeys AS j
    INNER JOIN events AS e ON j.root_event_id = e.event_id
    WHERE j.journey_id = $journey_id
),

candidates AS (
    SELECT
        c.event_id,
        c.program,
        c.advocate_id,
        c.recognition_type,
        c.on_event,
        c.share_id,
        c.evidence_at,
        c.outcome,
        c.reason_code,
        g.evidence_key,
        g.evidence_on,
        g.tier,
        g.candidate_rank,
        g.rest_count,
        g.look_back_days,
        r.root_at,
        r.root_on,
        r.file_id AS root_file_id,
        r.record_number AS root_record_number
    FROM recognition_candidates AS c
    INNER JOIN roots AS r ON c.event_id = r.root_event_id AND c.program = r.program
    LEFT JOIN vault.candidate_grounds AS g
        ON
            c.event_id = g.event_id AND c.program = g.program
            AND c.advocate_id IS NOT DISTINCT FROM g.advocate_id
            AND c.recognition_type = g.recognition_type AND c.on_event = g.on_event
),

evidence_keys AS (
    SELECT DISTINCT evidence_key
    FROM candidates
),

records AS (
    SELECT
        share_id AS record_key,
        'share' AS evidence,
        program,
        CAST(NULL AS BIGINT) AS person_id,
        file_id,
        record_number
    FROM shares
    UNION ALL
    SELECT click_id, 'click', program, person_id, file_id, record_number FROM clicks
    UNION ALL
    SELECT email_id, 'share sent', program, person_id, file_id, record_number FROM emails
    UNION ALL
    SELECT coupon_id, 'coupon', program, NULL, file_id, record_number FROM coupons
    UNION ALL
    SELECT event_id, 'event', program, NULL, file_id, record_number FROM events
),

stand_ins AS (
    SELECT own.person_id, MIN(s.persons) AS shared_by
    FROM identity_collisions AS s
    INNER JOIN vault.person_identifiers AS own ON s.identifier_key = own.identifier_key AND NOT own.is_shared
    WHERE s.reason_code = 'shared'
    GROUP BY own.person_id
),

evidence_records AS (
    SELECT k.evidence_key, r.evidence, r.program, r.file_id, r.record_number, s.shared_by
    FROM evidence_keys AS k
    INNER JOIN records AS r ON k.evidence_key = r.record_key
    LEFT JOIN stand_ins AS s ON r.person_id = s.person_id
),

first_uses AS (
    SELECT
        u.coupon_key,
        e.event_id,
        e.occurred_on,
        ROW_NUMBER() OVER (PARTITION BY u.coupon_key ORDER BY e.occurred_at, e.event_id) AS use_number
    FROM evidence_keys AS k
    INNER JOIN vault.event_keys AS u ON k.evidence_key = u.coupon_key
    INNER JOIN events AS e ON u.event_id = e.event_id
    WHERE e.status = 'active' AND e.container = 'production'
),

deciding AS (
    SELECT
        c.program,
        c.advocate_id,
        c.recognition_type,
        c.on_event,
        c.evidence_at,
        c.tier
    FROM candidates AS c
    WHERE
        c.outcome = 'won'
        OR (c.candidate_rank = 1 AND c.reason_code IN ('other_program', 'relationship_holds'))
)

SELECT
    c.program,
    c.advocate_id,
    c.recognition_type,
    c.on_event,
    c.share_id,
    c.evidence_at,
    c.evidence_on,
    c.root_at,
    c.root_on,
    c.root_on - c.evidence_on AS days_before,
    c.look_back_days,
    GREATEST(c.root_on - c.evidence_on - c.look_back_days, 0) AS days_beyond,
    c.tier,
    c.candidate_rank,
    c.rest_count,
    c.outcome,
    c.reason_code,
    d.advocate_id AS deciding_advocate_id,
    d.recognition_type AS deciding_type,
    d.on_event AS deciding_on_event,
    d.evidence_at AS deciding_at,
    d.tier AS deciding_tier,
    k.purpose AS coupon_purpose,
    k.valid_from AS coupon_valid_from,
    k.valid_until AS coupon_valid_until,
    k.revoked_on AS coupon_revoked_on,
    n.event_id AS first_used_event_id,
    n.occurred_on AS first_used_on,
    v.program AS evidence_program,
    v.shared_by,
    m.journal_number AS act_number,
    m.acted_on,
    m.reason_code AS act_reason,
    CASE WHEN m.journal_number IS NULL THEN COALESCE(v.evidence, 'root event') ELSE 'operator act' END AS evidence,
    CASE WHEN m.journal_number IS NULL THEN COALESCE(v.file_id, c.root_file_id) END AS file_id,
    CASE WHEN m.journal_number IS NULL THEN COALESCE(v.record_number, c.root_record_number) END AS record_number,
    f.feed_id
FROM candidates AS c
LEFT JOIN evidence_records AS v ON c.evidence_key = v.evidence_key
LEFT JOIN coupons AS k ON c.evidence_key = k.coupon_id
LEFT JOIN first_uses AS n ON c.evidence_key = n.coupon_key AND n.use_number = 1
LEFT JOIN deciding AS d ON c.program = d.program
LEFT JOIN vault.manual_recognitions AS m
    ON
        c.recognition_type = 'MANUAL' AND c.event_id = m.root_event_id
        AND c.program = m.program AND c.advocate_id = m.advocate_id
LEFT JOIN files AS f ON COALESCE(v.file_id, c.root_file_id) = f.file_id AND m.journal_number IS NULL
ORDER BY
    c.program ASC,
    CASE WHEN c.outcome = 'won' THEN 0 ELSE 1 END,
    c.candidate_rank ASC NULLS LAST,
    c.evidence_at DESC NULLS LAST,
    c.recognition_type ASC,
    c.on_event ASC,
    c.advocate_id ASC NULLS LAST
