-- What spent budgets turned away, by program, those of rules apart from those of the program.
-- Grain: program x reason_code.
SELECT
    r.program,
    d.reason_code,
    COUNT(*) AS rewards
FROM reward_decisions AS d
INNER JOIN reward_rules AS r ON d.rule_version = r.rule_version
WHERE d.outcome = 'failed' AND d.reason_code IN ('budget_spent', 'program_budget_spent')
GROUP BY r.program, d.reason_code
ORDER BY r.program, d.reason_code
