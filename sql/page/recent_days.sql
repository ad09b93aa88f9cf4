-- The key figures of the last seven days.
-- Grain: program x day.
SELECT
    program,
    day_on,
    clickers,
    judged_journeys,
    conversions,
    new_customers,
    revenue_minor,
    currency,
    conversion_rate_bps
FROM report_program_days
WHERE day_on > $as_of - 7 AND day_on <= $as_of
ORDER BY day_on DESC, program ASC
