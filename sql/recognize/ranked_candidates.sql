-- The possible advocates of every root in the order of the program, with the reason why each but the first lost.
-- Grain: root × program × advocate × ground (no advocate: a public coupon).
-- Why: the first tier with a candidate decides, then the tie-break by evidence time, then the smallest ids: a total
-- order, so that the same facts always give the same advocate. Programs of one exclusive group share one recognition:
-- the best of their first candidates keeps it, the others lose as `other_program`.
WITH ranked_evidence AS (
    SELECT
        v.root_event_id, v.program, v.journey_id, v.tie_break, v.exclusive_group, v.recognition_type, v.on_event,
        v.tier, v.position, v.advocate_id, v.share_key, v.evidence_key, v.evidence_at, v.evidence_on, v.fault,
        ROW_NUMBER() OVER (
            PARTITION BY v.root_event_id, v.program, v.advocate_id, v.recognition_type, v.on_event
            ORDER BY
                CASE WHEN v.fault IS NULL THEN 0 ELSE 1 END,
                CASE WHEN v.tie_break = 'latest' THEN v.evidence_at END DESC NULLS LAST,
                CASE WHEN v.tie_break = 'first' THEN v.evidence_at END ASC NULLS LAST,
                CASE WHEN v.shared_at <= v.evidence_at THEN 0 ELSE 1 END,
                v.shared_at DESC NULLS LAST,
                v.share_key ASC NULLS LAST,
                CASE WHEN v.recognition_type = 'MANUAL' THEN v.evidence_key END DESC NULLS LAST,
                v.evidence_key ASC NULLS LAST
        ) AS evidence_rank
    FROM candidate_evidence AS v
),

ranked_in_program AS (
    SELECT
        e.root_event_id, e.program, e.journey_id, e.tie_break, e.exclusive_group, e.recognition_type, e.on_event,
        e.tier, e.advocate_id, e.share_key, e.evidence_key, e.evidence_at, e.evidence_on, e.fault,
        ROW_NUMBER() OVER (
            PARTITION BY e.root_event_id, e.program
            ORDER BY
                CASE WHEN e.fault IS NULL THEN 0 ELSE 1 END,
                e.tier ASC,
                CASE WHEN e.recognition_type = 'MANUAL' THEN e.evidence_key END DESC NULLS LAST,
                CASE WHEN e.tie_break = 'latest' THEN e.evidence_at END DESC NULLS LAST,
                CASE WHEN e.tie_break = 'first' THEN e.evidence_at END ASC NULLS LAST,
                e.advocate_id ASC NULLS LAST,
                e.position ASC,
                e.on_event DESC,
                e.evidence_key ASC NULLS LAST
        ) AS candidate_rank
    FROM ranked_evidence AS e
    WHERE e.evidence_rank = 1
),

first_candidates AS (
    SELECT
        c.root_event_id, c.program, c.tier,
        ROW_NUMBER() OVER (
            PARTITION BY c.journey_id, c.exclusive_group, CASE WHEN c.exclusive_group IS NULL THEN c.program END
            ORDER BY c.tier, c.evidence_at DESC, c.program
        ) AS group_rank
    FROM ranked_in_program AS c
    WHERE c.candidate_rank = 1 AND c.fault IS NULL
)

SELECT
    c.root_event_id,
    c.program,
    c.journey_id,
    c.recognition_type,
    c.on_event,
    c.tier,
    c.candidate_rank,
    c.advocate_id,
    c.share_key,
    c.evidence_key,
    c.evidence_at,
    c.evidence_on,
    COALESCE(c.fault IS NULL AND c.candidate_rank = 1 AND f.group_rank = 1, FALSE) AS is_winner,
    CASE
        WHEN c.fault IS NOT NULL THEN c.fault
        WHEN c.candidate_rank = 1 AND f.group_rank = 1 THEN NULL
        WHEN c.candidate_rank = 1 THEN 'other_program'
        WHEN c.tier > f.tier THEN 'lower_tier'
        WHEN c.tie_break = 'first' THEN 'newer'
        ELSE 'older'
    END AS reason_code
FROM ranked_in_program AS c
LEFT JOIN first_candidates AS f ON c.root_event_id = f.root_event_id AND c.program = f.program
