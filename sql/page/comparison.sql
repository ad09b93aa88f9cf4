-- Coupons alone against everything, over all programs.
-- Grain: one row.
SELECT
    friends_coupon_only,
    friends_recognized
FROM report_coupon_comparison
WHERE program = '(all)'
