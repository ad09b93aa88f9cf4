-- The coupons that new facts or the days since the last run can touch.
-- Grain: coupon_key.
-- Why: a row counts from the day of its receipt and of its deed, and shows its latest sighting, so a day that passes
-- touches it as a new file does. One condition a branch, so that each reads only the blocks that can hold such rows.
SELECT coupon_key FROM fact_coupons WHERE facts_seq > $former_seq
UNION
SELECT coupon_key FROM fact_coupons WHERE received_on > $former_as_of
UNION
SELECT coupon_key FROM fact_coupons WHERE last_received_on > $former_as_of
UNION
SELECT coupon_key FROM fact_coupons WHERE issued_on > $former_as_of
UNION
SELECT fact_coupons.coupon_key
FROM fact_coupons
INNER JOIN changed_hashed_keys ON fact_coupons.advocate_email_key = changed_hashed_keys.hashed_key
UNION
SELECT fact_coupons.coupon_key
FROM fact_coupons
INNER JOIN changed_hashed_keys ON fact_coupons.issued_to_email_key = changed_hashed_keys.hashed_key
