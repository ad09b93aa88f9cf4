-- How many customers of a month were still active 30, 90, 180 and 365 days later, by group.
-- Grain: program x cohort month x customer group x horizon.
-- Each customer stands in one of referred and not_referred, and in one of advocates and non_advocates: compare within a
-- pair, add up over cohorts, never over groups. The rate is empty while nobody is old enough.
SELECT
    program,
    cohort_on,
    customer_group,
    horizon_days,
    customers,
    old_enough,
    retained,
    retention_rate_bps
FROM report_retention
