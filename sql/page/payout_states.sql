-- What is due, issued and fulfilled, by the state of the reconciliation, over all programs.
-- Grain: state x currency x unit.
-- Why by unit: points, tiers and badges share the currency XXX, and their sum would be a number of nothing.
SELECT
    state,
    currency,
    CASE WHEN currency = 'XXX' THEN kind ELSE currency END AS unit,
    CAST(SUM(rewards) AS BIGINT) AS rewards,
    CAST(SUM(due_minor) AS BIGINT) AS due_minor,
    CAST(SUM(issued_minor) AS BIGINT) AS issued_minor,
    CAST(SUM(fulfilled_minor) AS BIGINT) AS fulfilled_minor,
    MAX(oldest_days) AS oldest_days
FROM payout_totals
GROUP BY state, currency, CASE WHEN currency = 'XXX' THEN kind ELSE currency END
ORDER BY state ASC, currency ASC NULLS LAST, unit ASC NULLS LAST
