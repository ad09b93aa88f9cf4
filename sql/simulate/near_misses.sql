-- Conditions that alone kept a reward from being earned under one set of rules, and by how little; kept for each side.
-- Grain: rule_id × role × condition × whether it is still open.
-- Why: a near miss tells what a slightly other threshold would cost. `gap` is in the unit of the threshold: money with
-- its decimals, or a count; conditions without a number have none. `close` are those short by a tenth at most. What is
-- shown beside a group of conditions (positions from 121 to 299) decides nothing by itself.
WITH unmet_conditions AS (
    SELECT
        rule_version, rule_id, role, slot_id, status, condition, threshold, gap, container, reason_code,
        COUNT(*) OVER (PARTITION BY rule_version, role, slot_id) AS unmet
    FROM reward_decisions
    WHERE
        outcome <> 'passed'
        AND status <> 'met'
        AND COALESCE(reason_code, 'none') <> 'not_judged'
        AND position NOT BETWEEN 121 AND 299
),

single_misses AS (
    SELECT
        u.rule_id, u.role, u.condition, u.status = 'waiting' AS is_open, u.threshold,
        CAST(u.gap AS DECIMAL(18, 3)) AS gap,
        CASE WHEN u.gap IS NOT NULL THEN CAST(u.threshold AS DECIMAL(18, 3)) END AS asked
    FROM unmet_conditions AS u
    INNER JOIN reward_cases AS c ON u.rule_version = c.rule_version AND u.role = c.role AND u.slot_id = c.slot_id
    INNER JOIN events AS e ON COALESCE(c.root_event_id, c.trigger_event_id) = e.event_id
    WHERE
        u.unmet = 1
        AND u.condition NOT IN ('recognized', 'eligible', 'trigger', 'released')
        AND COALESCE(u.reason_code, 'none') NOT IN ('limit_reached', 'budget_spent')
        AND u.container <> 'test'
        AND e.occurred_on BETWEEN $from_on AND $to_on
)

SELECT
    rule_id,
    role,
    condition,
    is_open,
    MIN(threshold) AS threshold,
    COUNT(*) AS missed,
    MIN(gap) AS smallest_gap,
    CAST(SUM(CASE WHEN asked > 0 AND gap * 10 <= asked THEN 1 ELSE 0 END) AS BIGINT) AS close
FROM single_misses
GROUP BY rule_id, role, condition, is_open
ORDER BY rule_id, role, condition, is_open
