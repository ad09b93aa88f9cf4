-- How many days each step takes: from the deed to its arrival, to the decision, to approval, payout and payment.
-- Grain: step x feed or program.
-- Half of the cases are done within median_days, nine of ten within p90_days.
SELECT
    step_number,
    step,
    feed_id,
    program,
    cases,
    median_days,
    p90_days,
    greatest_days
FROM report_lags
