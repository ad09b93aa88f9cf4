-- How many friends coupons alone would have recognized, against how many were recognized.
-- Grain: one row, over all programs.
SELECT
    friends_coupon_only,
    friends_recognized
FROM report_coupon_comparison
WHERE program = '(all)'
