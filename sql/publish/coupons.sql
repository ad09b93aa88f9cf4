-- Every coupon that was issued: to be passed on to a friend, as an advocate's own reward, or public.
-- Grain: coupon.
SELECT
    coupon_key AS coupon_id,
    purpose,
    advocate_id,
    share_key AS share_id,
    program,
    issued_at,
    issued_on,
    valid_from,
    valid_until,
    revoked_on,
    single_use,
    file_id,
    record_number
FROM coupons
