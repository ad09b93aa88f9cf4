-- Conditions that alone kept a reward from being earned under one set of rules, and by how little; kept for each side.
-- Grain: rule_id × role × condition × whether it is still open.
-- Why: a near miss tells what a slightly other threshold would cost. `gap` is in the unit of the threshold: money with
-- its decimals, or a count; conditions without a number have none. `close` are those short by a tenth at most. `late` are
-- those that did happen, but after their window had closed: by how many days it was missed, and how many came within the
-- week after it. What is shown beside a group of conditions (positions from 121 to 299) decides nothing by itself.
WITH unmet_conditions AS (
    SELECT
        rule_version, rule_id, role, slot_id, position, status, condition, threshold, gap, container, reason_code,
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
        u.rule_version, u.slot_id, u.position, u.rule_id, u.role, u.condition, u.status = 'waiting' AS is_open,
        u.threshold,
        CAST(u.gap AS DECIMAL(18, 3)) AS gap,
        CASE WHEN u.gap IS NOT NULL THEN CAST(u.threshold AS DECIMAL(18, 3)) END AS asked
    FROM unmet_conditions AS u
    INNER JOIN reward_cases AS c ON u.rule_version = c.rule_version AND u.role = c.role AND u.slot_id = c.slot_id
    INNER JOIN events AS e ON COALESCE(c.root_event_id, c.trigger_event_id) = e.event_id
    WHERE
        u.unmet = 1
        AND u.condition NOT IN ('recognized', 'eligible', 'trigger', 'released')
        AND COALESCE(u.reason_code, 'none') NOT IN ('limit_reached', 'budget_spent', 'program_budget_spent')
        AND u.container <> 'test'
        AND e.occurred_on BETWEEN $from_on AND $to_on
),

closed_windows AS (
    SELECT
        w.rule_version, w.role, w.slot_id, w.position, w.journey_id, w.container, w.person_id, w.kind, w.on_whom,
        w.at_least_minor, w.at_least_count, w.has_condition, w.currency, w.opens_on, w.closes_on
    FROM requirement_windows AS w
    INNER JOIN single_misses AS m
        ON
            w.rule_version = m.rule_version
            AND w.role = m.role
            AND w.slot_id = m.slot_id
            AND m.position = 100 + w.position
            AND NOT m.is_open
    WHERE w.is_anchored AND w.kind IN ('single', 'count', 'sum') AND NOT w.looks_back AND NOT w.until_payout
),

counted_events AS (
    SELECT
        w.rule_version, w.role, w.slot_id, w.position, w.kind, w.at_least_minor, w.at_least_count, w.closes_on,
        e.occurred_on,
        CASE WHEN e.currency = w.currency THEN e.amount_minor END AS amount_minor,
        COUNT(*) OVER (
            PARTITION BY w.rule_version, w.role, w.slot_id, w.position ORDER BY e.occurred_on, e.event_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS number,
        CAST(SUM(CASE WHEN e.currency = w.currency THEN e.amount_minor END) OVER (
            PARTITION BY w.rule_version, w.role, w.slot_id, w.position ORDER BY e.occurred_on, e.event_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS sum_minor
    FROM closed_windows AS w
    INNER JOIN rule_requirement_events AS n ON w.rule_version = n.rule_version AND w.position = n.position
    INNER JOIN events AS e
        ON
            n.event_name = e.event_name
            AND e.status = 'active'
            AND w.container = e.container
            AND e.occurred_on >= w.opens_on
            AND ((w.on_whom = 'same_account' AND w.journey_id = e.journey_id) OR w.person_id = e.person_id)
    LEFT JOIN condition_results AS c
        ON w.rule_version = c.rule_version AND w.position = c.position AND e.event_id = c.event_id
    WHERE NOT w.has_condition OR c.passed
),

late_days AS (
    SELECT
        rule_version,
        role,
        slot_id,
        position,
        CAST(MIN(occurred_on) - MIN(closes_on) AS BIGINT) AS days
    FROM counted_events
    WHERE
        CASE kind
            WHEN 'count' THEN number >= at_least_count
            WHEN 'sum' THEN sum_minor >= at_least_minor
            ELSE at_least_minor IS NULL OR amount_minor >= at_least_minor
        END
    GROUP BY rule_version, role, slot_id, position
    HAVING MIN(occurred_on) > MIN(closes_on)
)

SELECT
    m.rule_id,
    m.role,
    m.condition,
    m.is_open,
    MIN(m.threshold) AS threshold,
    COUNT(*) AS missed,
    MIN(m.gap) AS smallest_gap,
    CAST(SUM(CASE WHEN m.asked > 0 AND m.gap * 10 <= m.asked THEN 1 ELSE 0 END) AS BIGINT) AS close,
    COUNT(d.days) AS late,
    CAST(SUM(CASE WHEN d.days <= 7 THEN 1 ELSE 0 END) AS BIGINT) AS week_late,
    MIN(d.days) AS fewest_days_late
FROM single_misses AS m
LEFT JOIN late_days AS d
    ON
        m.rule_version = d.rule_version
        AND m.role = d.role
        AND m.slot_id = d.slot_id
        AND m.position = 100 + d.position
GROUP BY m.rule_id, m.role, m.condition, m.is_open
ORDER BY m.rule_id, m.role, m.condition, m.is_open
