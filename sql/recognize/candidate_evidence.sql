-- All evidence for all possible advocates of every root, graded: its ground's place in the program's order, and the
-- first reason of the closed list for which it cannot count.
-- Grain: root × program × ground × piece of evidence.
-- Why: the grounds are united once and kept as a table; each later step works on these few rows. Self-referral is
-- found by joining the owners, never by a self join of the persons; an advocate known by nothing but an email that an
-- owner shares cannot be told from that owner, and counts as the same. Evidence too far off to explain anything is left out.
WITH evidence AS (
    SELECT root_event_id, program, recognition_type, on_event, advocate_id, share_key, evidence_key, evidence_at,
        evidence_on, shared_at, evidence_program, is_test, incentivized, coupon_fault
    FROM coupon_evidence
    UNION ALL
    SELECT root_event_id, program, recognition_type, on_event, advocate_id, share_key, evidence_key, evidence_at,
        evidence_on, shared_at, evidence_program, is_test, incentivized, NULL
    FROM share_evidence
    UNION ALL
    SELECT root_event_id, program, recognition_type, on_event, advocate_id, NULL, evidence_key, evidence_at,
        evidence_on, NULL, NULL, is_test, FALSE, NULL
    FROM advocate_evidence
    UNION ALL
    SELECT root_event_id, program, recognition_type, on_event, advocate_id, share_key, evidence_key, evidence_at,
        evidence_on, shared_at, evidence_program, is_test, incentivized, NULL
    FROM earlier_evidence
),

sharers AS (
    SELECT DISTINCT o.journey_id, i.person_id
    FROM journey_owners AS o
    INNER JOIN person_identifiers AS c ON o.person_id = c.person_id AND c.is_shared
    INNER JOIN person_identifiers AS i ON c.identifier_key = i.identifier_key AND NOT i.is_shared
)

SELECT
    r.root_event_id,
    r.program,
    r.journey_id,
    r.tie_break,
    r.exclusive_group,
    g.recognition_type,
    g.on_event,
    g.tier,
    g.position,
    v.advocate_id,
    v.share_key,
    v.evidence_key,
    v.evidence_at,
    v.evidence_on,
    v.shared_at,
    CASE
        WHEN DATE_TRUNC('second', v.evidence_at) > DATE_TRUNC('second', r.root_at) THEN 'opened_before_share'
        WHEN v.evidence_on + g.look_back_days < r.root_on THEN 'out_of_look_back'
        WHEN v.coupon_fault IS NOT NULL THEN v.coupon_fault
        WHEN v.evidence_program <> r.program THEN 'other_program'
        WHEN o.person_id IS NOT NULL OR s.person_id IS NOT NULL THEN 'self_referral'
        WHEN v.is_test AND r.container <> 'test' THEN 'test_record'
    END AS fault
FROM evidence AS v
INNER JOIN judged_roots AS r ON v.root_event_id = r.root_event_id AND v.program = r.program
INNER JOIN config_grounds AS g
    ON
        v.program = g.program
        AND v.on_event = g.on_event
        AND (
            v.recognition_type = g.recognition_type
            OR (v.incentivized AND g.recognition_type = 'INCENTIVIZED_SHARE')
        )
LEFT JOIN journey_owners AS o ON r.journey_id = o.journey_id AND v.advocate_id = o.person_id
LEFT JOIN sharers AS s ON r.journey_id = s.journey_id AND v.advocate_id = s.person_id
WHERE
    v.evidence_on + GREATEST(r.explain_days, g.look_back_days) >= r.root_on
    AND v.evidence_on <= r.root_on + r.explain_days
