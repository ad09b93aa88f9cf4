-- The first event that takes a reward back, for each case that has one.
-- Grain: rule_version x role x slot_id.
-- Why apart from the requirements: what reverses a reward counts before and after its payment, within its own days.
WITH first_events AS (
    SELECT
        journey_id,
        container,
        event_name,
        MIN(occurred_on) AS first_on
    FROM events
    WHERE status = 'active'
    GROUP BY journey_id, container, event_name
),

anchored_reversals AS (
    SELECT
        c.rule_version,
        c.role,
        c.slot_id,
        c.journey_id,
        c.friend_id,
        c.container,
        r.event_name,
        r.within_days,
        r.on_whom,
        CASE WHEN r.after_name = 'root' THEN c.root_on ELSE a.first_on END AS anchor_on
    FROM reward_cases AS c
    INNER JOIN rule_reversals AS r ON c.rule_version = r.rule_version
    LEFT JOIN first_events AS a
        ON
            r.after_name = a.event_name
            AND c.journey_id = a.journey_id
            AND c.container = a.container
),

later_events AS (
    SELECT
        r.rule_version, r.role, r.slot_id, r.anchor_on, r.within_days, e.event_id, e.occurred_at, e.occurred_on
    FROM anchored_reversals AS r
    INNER JOIN events AS e
        ON r.event_name = e.event_name AND r.container = e.container AND r.journey_id = e.journey_id
    WHERE r.on_whom <> 'friend' AND e.status = 'active'
    UNION ALL
    SELECT
        r.rule_version, r.role, r.slot_id, r.anchor_on, r.within_days, e.event_id, e.occurred_at, e.occurred_on
    FROM anchored_reversals AS r
    INNER JOIN events AS e
        ON r.event_name = e.event_name AND r.container = e.container AND r.friend_id = e.person_id
    WHERE r.on_whom = 'friend' AND e.status = 'active'
),

ranked_reversals AS (
    SELECT
        rule_version,
        role,
        slot_id,
        event_id,
        occurred_on,
        ROW_NUMBER() OVER (
            PARTITION BY rule_version, role, slot_id ORDER BY occurred_at, event_id
        ) AS reversal_rank
    FROM later_events
    WHERE occurred_on >= anchor_on AND (within_days IS NULL OR occurred_on <= anchor_on + within_days)
)

SELECT
    rule_version,
    role,
    slot_id,
    event_id,
    occurred_on
FROM ranked_reversals
WHERE reversal_rank = 1
