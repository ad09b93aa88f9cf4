-- What will fall due, by month: owed now, pending, and at most what may still be earned.
-- Grain: month x currency x unit; month_on is empty for what has no deadline.
-- Why by unit: points, tiers and badges share the currency XXX, and their sum would be a number of nothing.
SELECT
    month_on,
    currency,
    CASE WHEN currency = 'XXX' THEN kind ELSE currency END AS unit,
    CAST(SUM(CASE WHEN basis = 'due' THEN amount_minor ELSE 0 END) AS BIGINT) AS due_minor,
    CAST(SUM(CASE WHEN basis = 'pending' THEN amount_minor ELSE 0 END) AS BIGINT) AS pending_minor,
    CAST(SUM(CASE WHEN basis = 'waiting' THEN amount_minor ELSE 0 END) AS BIGINT) AS waiting_minor,
    CAST(SUM(rewards) AS BIGINT) AS rewards,
    CAST(SUM(unpriced) AS BIGINT) AS unpriced
FROM report_reward_forecast
GROUP BY month_on, currency, CASE WHEN currency = 'XXX' THEN kind ELSE currency END
ORDER BY currency ASC NULLS LAST, unit ASC NULLS LAST, month_on ASC NULLS LAST
