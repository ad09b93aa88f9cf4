-- Every possible advocate of a root, whether each won, and if not, why.
-- Grain: root × program × advocate × ground (`on_event` belongs to the ground); a public coupon has no advocate.
-- Why: support answers "why not me?" from here. At most 20 are kept for each event and ground; `rest_count` says how
-- many more there were.
WITH outcomes AS (
    SELECT
        c.root_event_id, c.program, c.advocate_id, c.recognition_type, c.on_event, c.share_key, c.evidence_at,
        c.evidence_on, c.evidence_key, c.tier, c.candidate_rank,
        CASE WHEN c.is_winner AND d.basis <> 'relationship' THEN 'won' ELSE 'lost' END AS outcome,
        CASE
            WHEN c.is_winner AND d.basis = 'relationship' THEN 'relationship_holds'
            WHEN c.is_winner AND d.basis IS NULL THEN 'other_program'
            ELSE c.reason_code
        END AS reason_code,
        ROW_NUMBER() OVER (
            PARTITION BY c.root_event_id, c.program, c.recognition_type, c.on_event ORDER BY c.candidate_rank
        ) AS place,
        COUNT(*) OVER (
            PARTITION BY c.root_event_id, c.program, c.recognition_type, c.on_event
        ) AS candidate_count
    FROM ranked_candidates AS c
    LEFT JOIN root_decisions AS d ON c.root_event_id = d.root_event_id AND c.program = d.program
)

SELECT
    o.root_event_id AS event_id,
    o.program,
    o.advocate_id,
    o.recognition_type,
    o.on_event,
    o.share_key AS share_id,
    o.evidence_at,
    o.outcome,
    o.reason_code,
    o.evidence_on,
    o.evidence_key,
    o.tier,
    o.candidate_rank,
    GREATEST(o.candidate_count - 20, 0) AS rest_count
FROM outcomes AS o
WHERE o.place <= 20
