-- The rewardable production events that have no recognition, each with its reason.
-- Grain: event × program.
-- Why: matching happens at the root, so the reason is the journey's: a milestone that carries only the account shares
-- the reason of its opening. An account_id or order_id alone identifies nobody. Test events are not listed.
WITH candidate_roots AS (
    SELECT DISTINCT c.root_event_id, c.program
    FROM ranked_candidates AS c
),

owned_journeys AS (
    SELECT DISTINCT o.journey_id
    FROM journey_owners AS o
),

placeholder_journeys AS (
    SELECT DISTINCT e.journey_id
    FROM events AS e
    WHERE e.status = 'active' AND e.has_placeholder
),

missing_events AS (
    SELECT e.event_id, e.program, e.journey_id, e.status
    FROM judged_events AS e
    LEFT JOIN recognitions AS n ON e.event_id = n.event_id AND e.program = n.program
    WHERE e.container <> 'test' AND n.event_id IS NULL
)

SELECT
    m.event_id,
    m.program,
    CASE
        WHEN m.status = 'conflict' THEN 'conflict'
        WHEN c.root_event_id IS NOT NULL THEN 'all_lost'
        WHEN r.coupon_key IS NOT NULL AND k.coupon_key IS NULL THEN 'coupon_unknown'
        WHEN o.journey_id IS NOT NULL OR COALESCE(
            r.coupon_key, r.advocate_code_key, r.share_key, r.shareable_key, r.partner_share_key,
            r.advocate_partner_user_key, r.advocate_email_key, r.advocate_order_key, r.advocate_person_id
        ) IS NOT NULL THEN 'no_evidence'
        WHEN p.journey_id IS NOT NULL THEN 'placeholder_only'
        ELSE 'no_identifier'
    END AS reason_code
FROM missing_events AS m
LEFT JOIN judged_roots AS r ON m.journey_id = r.journey_id AND m.program = r.program
LEFT JOIN candidate_roots AS c ON r.root_event_id = c.root_event_id AND r.program = c.program
LEFT JOIN coupons AS k ON r.coupon_key = k.coupon_key
LEFT JOIN owned_journeys AS o ON m.journey_id = o.journey_id
LEFT JOIN placeholder_journeys AS p ON m.journey_id = p.journey_id
