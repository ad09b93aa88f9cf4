-- What is owed and what was sent, by rule.
-- Grain: program x rule x role x currency x unit.
-- Why by unit: points, tiers and badges share the currency XXX, and their sum would be a number of nothing.
SELECT
    program,
    rule_id,
    role,
    currency,
    CASE WHEN currency = 'XXX' THEN kind ELSE currency END AS unit,
    CAST(SUM(rewards) AS BIGINT) AS rewards,
    CAST(SUM(due_minor) AS BIGINT) AS due_minor,
    CAST(SUM(paid_minor) AS BIGINT) AS paid_minor,
    CAST(SUM(amount_minor - balance_minor) AS BIGINT) AS reversed_minor
FROM report_reward_liability
GROUP BY program, rule_id, role, currency, CASE WHEN currency = 'XXX' THEN kind ELSE currency END
ORDER BY program ASC, rule_id ASC, role ASC, currency ASC, unit ASC
