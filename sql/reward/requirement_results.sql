-- Each requirement of each case: what was observed in its window, and since when it is satisfied.
-- Grain: rule_version x role x slot_id x position.
-- Why: a sum or count is satisfied on the day on which it is reached; `none` holds as long as nothing came. Amounts in
-- another currency than the rule's are not seen. Each event of a window is met once, so nothing multiplies.
WITH window_events AS (
    SELECT
        w.rule_version, w.role, w.slot_id, w.position, w.kind, w.has_condition, w.at_least_minor, w.at_least_count,
        e.event_id, e.occurred_at, e.occurred_on,
        CASE WHEN e.currency = w.currency THEN e.amount_minor END AS amount_minor
    FROM requirement_windows AS w
    INNER JOIN rule_requirement_events AS n ON w.rule_version = n.rule_version AND w.position = n.position
    INNER JOIN events AS e
        ON
            n.event_name = e.event_name
            AND w.journey_id = e.journey_id
            AND w.container = e.container
    WHERE
        w.on_whom = 'same_account' AND w.is_anchored AND e.status = 'active'
        AND (w.opens_on IS NULL OR e.occurred_on >= w.opens_on)
        AND (w.closes_on IS NULL OR e.occurred_on <= w.closes_on)
    UNION ALL
    SELECT
        w.rule_version, w.role, w.slot_id, w.position, w.kind, w.has_condition, w.at_least_minor, w.at_least_count,
        e.event_id, e.occurred_at, e.occurred_on,
        CASE WHEN e.currency = w.currency THEN e.amount_minor END AS amount_minor
    FROM requirement_windows AS w
    INNER JOIN rule_requirement_events AS n ON w.rule_version = n.rule_version AND w.position = n.position
    INNER JOIN events AS e
        ON
            n.event_name = e.event_name
            AND w.person_id = e.person_id
            AND w.container = e.container
    WHERE
        w.on_whom <> 'same_account' AND w.is_anchored AND e.status = 'active'
        AND (w.opens_on IS NULL OR e.occurred_on >= w.opens_on)
        AND (w.closes_on IS NULL OR e.occurred_on <= w.closes_on)
),

matching_events AS (
    SELECT
        w.rule_version, w.role, w.slot_id, w.position, w.kind, w.at_least_minor, w.at_least_count,
        w.event_id, w.occurred_at, w.occurred_on, w.amount_minor
    FROM window_events AS w
    LEFT JOIN condition_results AS c
        ON
            w.rule_version = c.rule_version
            AND w.position = c.position
            AND w.event_id = c.event_id
            AND c.position > 0
    WHERE NOT w.has_condition OR c.passed
),

running_events AS (
    SELECT
        rule_version, role, slot_id, position, kind, at_least_minor, at_least_count, occurred_on, amount_minor,
        ROW_NUMBER() OVER (
            PARTITION BY rule_version, role, slot_id, position ORDER BY occurred_at, event_id
        ) AS running_count,
        CAST(SUM(COALESCE(amount_minor, 0)) OVER (
            PARTITION BY rule_version, role, slot_id, position ORDER BY occurred_at, event_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS running_minor
    FROM matching_events
),

observations AS (
    SELECT
        rule_version, role, slot_id, position,
        COUNT(*) AS event_count,
        MAX(amount_minor) AS largest_minor,
        CAST(SUM(amount_minor) AS BIGINT) AS total_minor,
        MIN(
            CASE
                WHEN kind = 'single' AND (at_least_minor IS NULL OR amount_minor >= at_least_minor) THEN occurred_on
                WHEN kind = 'count' AND running_count >= at_least_count THEN occurred_on
                WHEN kind = 'sum' AND running_minor >= at_least_minor THEN occurred_on
            END
        ) AS satisfied_on,
        MIN(CASE WHEN kind = 'sum' AND running_minor >= at_least_minor THEN running_minor END) AS satisfied_minor
    FROM running_events
    GROUP BY rule_version, role, slot_id, position
)

SELECT
    w.rule_version,
    w.role,
    w.slot_id,
    w.position,
    w.group_position,
    w.alternative,
    w.condition,
    w.kind,
    w.is_anchored,
    w.looks_back,
    w.until_payout,
    w.closes_on,
    CASE WHEN w.kind = 'none' THEN w.closes_on ELSE LEAST(w.closes_on, w.expire_on) END AS deadline_on,
    o.satisfied_on,
    o.satisfied_minor,
    CASE
        WHEN NOT w.is_anchored THEN FALSE
        WHEN w.kind = 'none' THEN COALESCE(o.event_count, 0) = 0
        ELSE o.satisfied_on IS NOT NULL
    END AS is_met,
    CASE
        WHEN w.kind = 'single' AND w.at_least_minor IS NOT NULL THEN 'money'
        WHEN w.kind = 'sum' THEN 'money'
        ELSE 'count'
    END AS measure,
    CASE
        WHEN w.kind = 'single' AND w.at_least_minor IS NOT NULL THEN COALESCE(o.largest_minor, 0)
        WHEN w.kind = 'sum' THEN COALESCE(o.total_minor, 0)
        ELSE COALESCE(o.event_count, 0)
    END AS observed,
    CASE w.kind
        WHEN 'none' THEN 0
        WHEN 'count' THEN w.at_least_count
        ELSE COALESCE(w.at_least_minor, 1)
    END AS threshold
FROM requirement_windows AS w
LEFT JOIN observations AS o
    ON
        w.rule_version = o.rule_version
        AND w.role = o.role
        AND w.slot_id = o.slot_id
        AND w.position = o.position
