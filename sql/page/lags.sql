-- How long each step takes, from the deed to the payment.
-- Grain: step x feed or program.
SELECT
    step_number,
    step,
    COALESCE(feed_id, program) AS place,
    cases,
    median_days,
    p90_days,
    greatest_days
FROM report_lags
ORDER BY step_number ASC, COALESCE(feed_id, program) ASC
