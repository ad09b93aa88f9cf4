-- How many customers of a month were still active 30, 90, 180 and 365 days later: referred ones against others, advocates
-- against non-advocates.
-- Grain: program x cohort month x customer group x horizon; each customer stands in one referral and one advocacy group.
-- A customer's cohort is the month in which their first production journey in the program began, whichever program the
-- later activity belongs to. old_enough = customers whose horizon day (that first day + horizon) is the as-of date or
-- earlier. retained = those of them with an active production event, of a name that is not negative, on the horizon day or
-- later, in a journey that no negative event (a closure) has ended by the as-of date. retention_rate_bps =
-- retained / old_enough; empty while nobody is old enough.
WITH horizons AS (
    SELECT 30 AS horizon_days
    UNION ALL
    SELECT 90 AS horizon_days
    UNION ALL
    SELECT 180 AS horizon_days
    UNION ALL
    SELECT 365 AS horizon_days
),

grouped_customers AS (
    SELECT program, cohort_on, root_on, customer_id, referral_group AS customer_group FROM program_customers
    UNION ALL
    SELECT program, cohort_on, root_on, customer_id, advocacy_group AS customer_group FROM program_customers
),

counted AS (
    SELECT
        g.program,
        g.cohort_on,
        g.customer_group,
        h.horizon_days,
        COUNT(*) AS customers,
        CAST(SUM(CASE WHEN g.root_on + h.horizon_days <= $as_of THEN 1 ELSE 0 END) AS BIGINT) AS old_enough,
        CAST(
            SUM(
                CASE
                    WHEN g.root_on + h.horizon_days <= $as_of AND a.last_active_on >= g.root_on + h.horizon_days THEN 1
                    ELSE 0
                END
            ) AS BIGINT
        ) AS retained
    FROM grouped_customers AS g
    CROSS JOIN horizons AS h
    LEFT JOIN customer_activity AS a ON g.customer_id = a.customer_id
    GROUP BY g.program, g.cohort_on, g.customer_group, h.horizon_days
)

SELECT
    program,
    cohort_on,
    customer_group,
    horizon_days,
    customers,
    old_enough,
    retained,
    CASE WHEN old_enough > 0 THEN CAST((10000 * retained) // old_enough AS BIGINT) END AS retention_rate_bps
FROM counted
