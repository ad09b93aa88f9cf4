-- The coupons that a journey's events used: when each was issued, for whom, and how long it held.
-- Grain: coupon.
WITH used AS (
    SELECT DISTINCT k.coupon_key
    FROM vault.event_keys AS k
    INNER JOIN events AS e ON k.event_id = e.event_id
    WHERE e.journey_id = $journey_id
)

SELECT
    'coupon_issued' AS what,
    c.coupon_id,
    c.issued_at AS happened_at,
    c.issued_on AS happened_on,
    c.program,
    c.advocate_id,
    c.purpose,
    c.valid_from,
    c.valid_until,
    c.revoked_on,
    c.single_use,
    f.feed_id,
    c.file_id,
    c.record_number,
    f.received_on
FROM coupons AS c
INNER JOIN used AS u ON c.coupon_id = u.coupon_key
LEFT JOIN files AS f ON c.file_id = f.file_id
ORDER BY c.issued_on, c.coupon_id
