-- What is owed and what was sent, by rule.
-- Grain: program x rule x role x currency.
SELECT
    program,
    rule_id,
    role,
    currency,
    CAST(SUM(rewards) AS BIGINT) AS rewards,
    CAST(SUM(due_minor) AS BIGINT) AS due_minor,
    CAST(SUM(paid_minor) AS BIGINT) AS paid_minor,
    CAST(SUM(amount_minor - balance_minor) AS BIGINT) AS reversed_minor
FROM report_reward_liability
GROUP BY program, rule_id, role, currency
ORDER BY program ASC, rule_id ASC, role ASC, currency ASC
