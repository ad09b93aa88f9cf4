-- How often a limit or budget turned a claim away under one set of rules; kept for each side.
-- Grain: rule_id × role × condition.
-- Why: a limit that turns nobody away costs words only; one that turns many away is what they will ask about.
SELECT
    d.rule_id,
    d.role,
    d.condition,
    MIN(d.threshold) AS threshold,
    COUNT(*) AS turned_away,
    COUNT(DISTINCT c.beneficiary_id) AS persons
FROM reward_decisions AS d
INNER JOIN reward_cases AS c ON d.rule_version = c.rule_version AND d.role = c.role AND d.slot_id = c.slot_id
INNER JOIN events AS e ON COALESCE(c.root_event_id, c.trigger_event_id) = e.event_id
WHERE
    d.reason_code IN ('limit_reached', 'budget_spent', 'program_budget_spent')
    AND d.outcome = 'failed'
    AND d.container <> 'test'
    AND e.occurred_on BETWEEN $from_on AND $to_on
GROUP BY d.rule_id, d.role, d.condition
ORDER BY d.rule_id, d.role, d.condition
