-- The headline counts of the page: what was judged, recognized and new.
-- Grain: one row.
SELECT
    CAST(COALESCE(SUM(judged_journeys), 0) AS BIGINT) AS judged_journeys,
    CAST(COALESCE(SUM(conversions), 0) AS BIGINT) AS recognized_journeys,
    CAST(COALESCE(SUM(new_customers), 0) AS BIGINT) AS new_customers
FROM report_program_days
