-- Every condition of every rule, judged for every journey from its root on: what was observed, asked and missing.
-- Grain: journey x event x rule version x role x condition.
-- Why from the root on: "where is my reward?" has an answer before any qualifying event came;
-- event_id is empty until then. A rule that rewards each event judges each, so a journey then has several.
SELECT
    journey_id,
    event_id,
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
