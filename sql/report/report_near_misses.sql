-- Rewards that one single condition keeps from being earned: what is missing, by how much, until when, and what is at
-- stake.
-- Grain: journey x event x rule x rule version x role, of decisions that wait, failed or expired with exactly one
-- condition not passed; production only.
-- Why: it is the list that a program owner writes reminders from, and that shows which condition costs the most
-- friends. days_left counts to the deadline, 0 on its day; it is empty where there is none and where it has passed.
-- most_minor is what the rule gives at most for the case; it is empty where nobody can know (a percentage without a cap).
WITH unmet_conditions AS (
    SELECT
        program,
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
    WHERE
        outcome <> 'passed'
        AND status <> 'met'
        AND COALESCE(reason_code, 'none') <> 'not_judged'
        AND container = 'production'
)

SELECT
    u.program,
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
    CASE WHEN u.status = 'waiting' AND u.deadline_on >= $as_of THEN CAST(u.deadline_on - $as_of AS BIGINT) END
        AS days_left,
    u.reason_code,
    p.kind,
    p.currency,
    p.most_minor
FROM unmet_conditions AS u
LEFT JOIN rule_prices AS p ON u.rule_version = p.rule_version
WHERE u.unmet = 1 AND u.condition NOT IN ('recognized', 'eligible', 'released')
