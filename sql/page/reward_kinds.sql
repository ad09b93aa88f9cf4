-- What advocates were rewarded with.
-- Grain: kind x currency.
SELECT
    kind,
    CASE WHEN currency = 'XXX' THEN kind ELSE currency END AS unit,
    CAST(SUM(rewards) AS BIGINT) AS rewards,
    CAST(SUM(balance_minor) AS BIGINT) AS balance_minor
FROM report_advocate_rewards
GROUP BY kind, currency, CASE WHEN currency = 'XXX' THEN kind ELSE currency END
ORDER BY SUM(rewards) DESC, kind ASC, unit ASC
