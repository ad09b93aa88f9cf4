-- What will be paid, and in which month? Rewards that are earned and not issued yet, by the month in which their pending period
-- ends; points and badges have no currency and stand apart by kind.
-- Grain: month x kind x currency.
SELECT
    CAST(DATE_TRUNC('month', release_on) AS DATE) AS month_on,
    kind,
    currency,
    COUNT(*) AS rewards,
    SUM(amount_minor) AS amount_minor
FROM rewards
WHERE state IN ('pending', 'approved')
GROUP BY CAST(DATE_TRUNC('month', release_on) AS DATE), kind, currency
ORDER BY month_on, kind, currency
