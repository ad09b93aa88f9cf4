-- Coupons that a root used: whose they are, when they were issued, and what may be wrong with them.
-- Grain: root × program (a coupon code is one coupon).
-- Why: a public or ownerless coupon names no advocate, yet is kept as a candidate so that support can see it. Both days
-- of its validity count; the day of its revocation does not.
-- A single-use coupon is consumed by the earliest active production event that carries it, recognized or not; an
-- event of the same journey, or an earlier non-rewardable one of the same friend, does not take it from the root.
WITH used_coupons AS (
    SELECT DISTINCT r.coupon_key
    FROM judged_roots AS r
    WHERE r.coupon_key IS NOT NULL
),

coupon_uses AS (
    SELECT
        e.coupon_key,
        e.journey_id,
        e.person_id,
        e.occurred_at,
        COALESCE(n.rewardable, FALSE) AS is_rewardable,
        ROW_NUMBER() OVER (PARTITION BY e.coupon_key ORDER BY e.occurred_at, e.event_id) AS use_number
    FROM events AS e
    INNER JOIN used_coupons AS u ON e.coupon_key = u.coupon_key
    INNER JOIN coupons AS c ON e.coupon_key = c.coupon_key
    LEFT JOIN config_events AS n ON e.event_name = n.event_name
    WHERE c.single_use AND e.status = 'active' AND e.container = 'production'
)

SELECT
    r.root_event_id,
    r.program,
    'COUPON_CODE' AS recognition_type,
    TRUE AS on_event,
    CASE WHEN c.purpose = 'public' THEN NULL ELSE COALESCE(c.advocate_id, s.advocate_id) END AS advocate_id,
    c.share_key,
    c.coupon_key AS evidence_key,
    COALESCE(c.issued_at, s.shared_at, r.root_at) AS evidence_at,
    COALESCE(c.issued_on, s.shared_on, r.root_on) AS evidence_on,
    s.shared_at,
    COALESCE(c.program, s.program) AS evidence_program,
    COALESCE(s.container = 'test', FALSE) AS is_test,
    FALSE AS incentivized,
    CASE
        WHEN c.valid_until < r.root_on THEN 'coupon_expired'
        WHEN c.valid_from > r.root_on THEN 'coupon_not_yet_valid'
        WHEN c.revoked_on <= r.root_on THEN 'coupon_revoked'
        WHEN c.purpose = 'advocate_reward' THEN 'coupon_is_reward'
        WHEN c.purpose = 'public' OR COALESCE(c.advocate_id, s.advocate_id) IS NULL THEN 'coupon_public'
        WHEN u.journey_id <> r.journey_id AND (u.is_rewardable OR o.person_id IS NULL) THEN 'coupon_already_used'
    END AS coupon_fault
FROM judged_roots AS r
INNER JOIN coupons AS c ON r.coupon_key = c.coupon_key
LEFT JOIN shares AS s ON c.share_key = s.share_key
LEFT JOIN coupon_uses AS u ON c.coupon_key = u.coupon_key AND u.use_number = 1 AND u.occurred_at <= r.root_at
LEFT JOIN journey_owners AS o ON r.journey_id = o.journey_id AND u.person_id = o.person_id
