-- What is due, issued and fulfilled in all, by unit and state of the reconciliation.
-- Grain: currency x unit x state.
-- Why by unit: points, tiers and badges share the currency XXX, and their sum would be a number of nothing.
SELECT
    currency,
    CASE WHEN currency = 'XXX' THEN kind ELSE currency END AS unit,
    state,
    CAST(SUM(rewards) AS BIGINT) AS rewards,
    CAST(SUM(due_minor) AS BIGINT) AS due_minor,
    CAST(SUM(issued_minor) AS BIGINT) AS issued_minor,
    CAST(SUM(fulfilled_minor) AS BIGINT) AS fulfilled_minor,
    MAX(oldest_days) AS oldest_days
FROM payout_totals
GROUP BY currency, CASE WHEN currency = 'XXX' THEN kind ELSE currency END, state
ORDER BY currency ASC NULLS LAST, unit ASC NULLS LAST, state ASC
