-- How many referred customers of each month were still active after each horizon; the last twelve months.
-- Groups too small to be published are left out.
-- Grain: cohort month x horizon.
WITH cohorts AS (
    SELECT
        cohort_on,
        horizon_days,
        CAST(SUM(customers) AS BIGINT) AS customers,
        CAST(SUM(old_enough) AS BIGINT) AS old_enough,
        CAST(SUM(retained) AS BIGINT) AS retained
    FROM report_retention
    WHERE customer_group = 'referred' AND customers IS NOT NULL
    GROUP BY cohort_on, horizon_days
),

ranked_months AS (
    SELECT
        cohort_on,
        ROW_NUMBER() OVER (ORDER BY cohort_on DESC) AS place
    FROM cohorts
    GROUP BY cohort_on
)

SELECT
    c.cohort_on,
    c.horizon_days,
    c.customers,
    CASE WHEN c.old_enough > 0 THEN CAST(10000 * c.retained // c.old_enough AS BIGINT) END AS retention_rate_bps
FROM cohorts AS c
INNER JOIN ranked_months AS m ON c.cohort_on = m.cohort_on
WHERE m.place <= 12
ORDER BY c.cohort_on DESC, c.horizon_days ASC
