-- The events that can trigger each rule version, with the verdict of its condition.
-- Grain: rule_version x event_id.
-- Why: an event without a program is judged for every program that takes its name. A condition that is null is not met.
SELECT
    t.rule_version,
    e.event_id,
    e.journey_id,
    e.person_id,
    e.occurred_at,
    e.occurred_on,
    e.container,
    e.product,
    CASE WHEN e.currency = t.currency THEN e.amount_minor END AS amount_minor,
    CASE WHEN t.condition_text IS NULL THEN TRUE ELSE COALESCE(c.passed, FALSE) END AS passed
FROM rule_terms AS t
INNER JOIN events AS e
    ON
        t.event_name = e.event_name
        AND (e.program IS NULL OR e.program = t.program)
LEFT JOIN condition_results AS c ON t.rule_version = c.rule_version AND c.position = 0 AND e.event_id = c.event_id
WHERE e.status = 'active'
