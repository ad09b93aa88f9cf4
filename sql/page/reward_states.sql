-- Rewards by state, with what they promised.
-- Grain: state x currency x unit.
-- Why by unit: points, tiers and badges share the currency XXX, and their sum would be a number of nothing.
SELECT
    state,
    currency,
    CASE WHEN currency = 'XXX' THEN kind ELSE currency END AS unit,
    CAST(SUM(rewards) AS BIGINT) AS rewards,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor
FROM report_reward_liability
GROUP BY state, currency, CASE WHEN currency = 'XXX' THEN kind ELSE currency END
ORDER BY
    CASE state
        WHEN 'pending' THEN 1
        WHEN 'approved' THEN 2
        WHEN 'issued' THEN 3
        WHEN 'fulfilled' THEN 4
        WHEN 'redeemed' THEN 5
        WHEN 'failed' THEN 6
        WHEN 'declined' THEN 7
        WHEN 'voided' THEN 8
        WHEN 'clawed_back' THEN 9
        ELSE 10
    END ASC,
    state ASC,
    currency ASC,
    unit ASC
