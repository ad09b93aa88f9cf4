-- How many friends matching by coupon alone would have recognized, against how many were recognized.
-- Grain: program, and one row of program '(all)' over all programs.
SELECT
    program,
    friends_coupon_only,
    friends_recognized,
    gain_bps
FROM report_coupon_comparison
