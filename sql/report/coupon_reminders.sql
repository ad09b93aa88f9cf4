-- Coupons that nobody used for a while and that could still be used today.
-- Grain: coupon.
-- Why: the friend to whom a coupon was issued is asked where that address names one person; else its advocate, who can
-- pass it on again. A public coupon, a revoked one and one of a test share remind nobody. Any active production event
-- that carries the coupon has used it. The days run from its issue, else from its first valid day.
WITH used_coupons AS (
    SELECT DISTINCT coupon_key
    FROM events
    WHERE coupon_key IS NOT NULL AND status = 'active' AND container = 'production'
),

waiting_coupons AS (
    SELECT
        c.coupon_key,
        c.program,
        c.share_key,
        c.advocate_id,
        c.valid_until,
        c.purpose,
        COALESCE(c.issued_on, c.valid_from) + r.coupon_unused_days AS due_on
    FROM coupons AS c
    CROSS JOIN config_reports AS r
    LEFT JOIN used_coupons AS u ON c.coupon_key = u.coupon_key
    WHERE
        c.purpose <> 'public'
        AND u.coupon_key IS NULL
        AND (c.valid_from IS NULL OR c.valid_from <= $as_of)
        AND (c.valid_until IS NULL OR c.valid_until >= $as_of)
        AND (c.revoked_on IS NULL OR c.revoked_on > $as_of)
)

SELECT
    w.coupon_key,
    COALESCE(w.program, s.program, '(unknown)') AS program,
    w.due_on,
    w.valid_until AS until_on,
    CASE WHEN i.person_id IS NOT NULL AND w.purpose = 'friend_offer' THEN 'friend' ELSE 'advocate' END AS role,
    CASE WHEN w.purpose = 'friend_offer' THEN COALESCE(i.person_id, w.advocate_id) ELSE w.advocate_id END AS person_id,
    w.advocate_id
FROM waiting_coupons AS w
LEFT JOIN standing_coupons AS c ON w.coupon_key = c.coupon_key
LEFT JOIN person_identifiers AS i ON c.issued_to_email_key = i.identifier_key AND NOT i.is_shared
LEFT JOIN shares AS s ON w.share_key = s.share_key
WHERE w.due_on <= $as_of AND COALESCE(s.container, 'production') = 'production'
