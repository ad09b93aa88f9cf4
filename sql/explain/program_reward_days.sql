-- What a program granted on each day, by rule: what fills its budgets.
-- Grain: rule x role x currency x day earned x day released.
SELECT
    rule_id,
    role,
    currency,
    earned_on,
    release_on,
    COUNT(*) AS rewards,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor
FROM rewards
WHERE program = $program AND state NOT IN ('declined', 'voided')
GROUP BY rule_id, role, currency, earned_on, release_on
ORDER BY rule_id, role, currency, earned_on, release_on
