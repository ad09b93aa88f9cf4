-- Whom each root owes to an advocate.
-- Grain: recognized root × program.
-- Why: in one exclusive group a journey is recognized once, by its own winner before a relationship.
WITH ranked_decisions AS (
    SELECT
        d.root_event_id, d.program, d.journey_id, d.person_id, d.friend_key, d.container, d.root_at, d.root_on,
        d.basis, d.advocate_id, d.recognition_type, d.on_event, d.share_key, d.evidence_key, d.evidence_at,
        d.evidence_on, d.via_event_id,
        ROW_NUMBER() OVER (
            PARTITION BY d.journey_id, d.exclusive_group, CASE WHEN d.exclusive_group IS NULL THEN d.program END
            ORDER BY CASE WHEN d.basis = 'relationship' THEN 1 ELSE 0 END, d.program
        ) AS group_rank
    FROM turn_decisions AS d
)

SELECT
    d.root_event_id,
    d.program,
    d.journey_id,
    d.person_id,
    d.friend_key,
    d.container,
    d.root_at,
    d.root_on,
    d.basis,
    d.advocate_id,
    d.recognition_type,
    d.on_event,
    d.share_key,
    d.evidence_key,
    d.evidence_at,
    d.evidence_on,
    d.via_event_id
FROM ranked_decisions AS d
WHERE d.group_rank = 1
