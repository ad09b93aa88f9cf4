-- Rewards that one single condition keeps from being earned: what is missing, by how much, and until when.
-- Grain: journey x event x rule x rule version x role, of decisions that wait, failed or expired with exactly one
-- condition not passed.
-- Why: it is the list that a program owner writes reminders from, and that shows which condition costs the most
-- friends.
WITH unmet_conditions AS (
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
        reason_code,
        COUNT(*) OVER (PARTITION BY journey_id, event_id, rule_id, rule_version, role) AS unmet
    FROM reward_decisions
    WHERE outcome <> 'passed' AND status <> 'met' AND COALESCE(reason_code, 'none') <> 'not_judged'
)

SELECT
    u.journey_id,
    u.event_id,
    u.rule_id,
    u.rule_version,
    u.role,
    u.status,
    u.condition,
    u.observed,
    u.threshold,
    u.gap,
    u.deadline_on,
    u.reason_code
FROM unmet_conditions AS u
WHERE u.unmet = 1 AND u.condition NOT IN ('recognized', 'eligible', 'released')
