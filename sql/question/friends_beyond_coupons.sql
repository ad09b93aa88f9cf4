-- How many friends would a coupon alone have missed? The gain compares all grounds with coupons alone, in basis points.
-- Grain: program.
SELECT
    program,
    friends_coupon_only,
    friends_recognized,
    friends_recognized - friends_coupon_only AS friends_missed,
    gain_bps
FROM report_coupon_comparison
ORDER BY program
