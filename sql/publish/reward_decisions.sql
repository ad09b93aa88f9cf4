-- Every condition of every rule, judged for every journey from its root on: what was observed, asked and missing.
-- Grain: journey x rule x role x condition.
-- Why from the root on: "where is my reward?" has an answer before any qualifying event came.
SELECT
    journey_id,
    rule_id,
    rule_version,
    role,
    status,
    condition,
    observed,
    threshold,
    gap,
    deadline_on,
    outcome,
    reason_code
FROM reward_decisions
