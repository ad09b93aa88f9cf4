-- Where each requirement of each case looks: the window's first and last day, once its anchor is known.
-- Grain: rule_version x role x slot_id x position.
-- Why days: windows are counted in local days, both ends included, so day 60 counts and day 61 does not. `until = "payout"`
-- ends when the reward is issued. An anchor event that has not come leaves the window unknown, never open to all.
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

anchored_windows AS (
    SELECT
        c.rule_version, c.role, c.slot_id, c.journey_id, c.friend_id, c.container, c.advocate_id, c.expire_on,
        c.issued_on, t.currency,
        q.position, q.group_position, q.alternative, q.condition, q.kind, q.has_condition, q.at_least_minor,
        q.at_least_count, q.on_whom, q.after_name, q.before_name, q.within_days, q.until_payout,
        CASE q.before_name WHEN 'trigger' THEN c.trigger_on WHEN 'root' THEN c.root_on END AS before_on,
        CASE WHEN q.after_name = 'root' THEN c.root_on ELSE a.first_on END AS anchor_on
    FROM reward_cases AS c
    INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
    INNER JOIN rule_requirements AS q ON c.rule_version = q.rule_version
    LEFT JOIN first_events AS a
        ON
            q.after_name = a.event_name
            AND c.journey_id = a.journey_id
            AND c.container = a.container
)

SELECT
    rule_version, role, slot_id, journey_id, container, expire_on, currency, position, group_position, alternative,
    condition, kind, has_condition, at_least_minor, at_least_count, on_whom,
    CASE on_whom WHEN 'friend' THEN friend_id WHEN 'advocate' THEN advocate_id END AS person_id,
    before_name IS NOT NULL AS looks_back,
    until_payout,
    (after_name IS NULL OR anchor_on IS NOT NULL) AND (before_name IS NULL OR before_on IS NOT NULL) AS is_anchored,
    CASE WHEN after_name IS NOT NULL THEN anchor_on ELSE before_on - within_days END AS opens_on,
    CASE
        WHEN before_name IS NOT NULL AND after_name IS NULL THEN before_on
        WHEN before_name IS NOT NULL THEN LEAST(before_on, anchor_on + within_days)
        WHEN until_payout THEN issued_on
        ELSE anchor_on + within_days
    END AS closes_on
FROM anchored_windows
