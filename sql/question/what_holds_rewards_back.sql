-- Which condition holds back the most rewards? Conditions that can be met still, or no more; those that are judged later, such
-- as limits, are left out. The nearest deadline says how long there is time.
-- Grain: rule x role x condition x reason.
SELECT
    rule_id,
    role,
    condition,
    reason_code,
    COUNT(*) AS decisions,
    MIN(deadline_on) AS nearest_deadline_on
FROM reward_decisions
WHERE outcome <> 'passed' AND reason_code <> 'not_judged'
GROUP BY rule_id, role, condition, reason_code
ORDER BY decisions DESC, rule_id, role, condition, reason_code
LIMIT 12
