-- What is due, issued and fulfilled in all, by currency and state of the reconciliation.
-- Grain: currency x state.
SELECT
    currency,
    state,
    CAST(SUM(rewards) AS BIGINT) AS rewards,
    CAST(SUM(due_minor) AS BIGINT) AS due_minor,
    CAST(SUM(issued_minor) AS BIGINT) AS issued_minor,
    CAST(SUM(fulfilled_minor) AS BIGINT) AS fulfilled_minor,
    MAX(oldest_days) AS oldest_days
FROM payout_totals
GROUP BY currency, state
ORDER BY currency ASC NULLS LAST, state ASC
