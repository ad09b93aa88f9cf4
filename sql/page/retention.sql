-- How many customers of each group were still active after each horizon, over all programs and months.
-- Grain: customer group x horizon.
SELECT
    customer_group,
    horizon_days,
    CAST(SUM(old_enough) AS BIGINT) AS old_enough,
    CAST(SUM(retained) AS BIGINT) AS retained,
    CASE
        WHEN SUM(old_enough) > 0
            THEN CAST(10000 * CAST(SUM(retained) AS BIGINT) // CAST(SUM(old_enough) AS BIGINT) AS BIGINT)
    END AS retention_rate_bps
FROM report_retention
GROUP BY customer_group, horizon_days
ORDER BY customer_group ASC, horizon_days ASC
