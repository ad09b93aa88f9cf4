-- One coupon: whose it is, for what, and how long it holds.
-- Grain: coupon.
SELECT
    c.coupon_id,
    c.purpose,
    c.advocate_id,
    c.program,
    c.issued_on,
    c.valid_from,
    c.valid_until,
    c.revoked_on,
    c.single_use,
    c.file_id,
    c.record_number
FROM coupons AS c
WHERE c.coupon_id = $identifier_key
