-- Each case with the day on which everything that it needs by itself was there: its claim to a reward.
-- Grain: rule_version x role x slot_id.
-- Why: who else was rewarded (once_per) and how many (limits) is judged among claims only, after this table. The release
-- never precedes the end of a `none` window, also where a milestone is dated before its opening.
WITH requirement_totals AS (
    SELECT
        rule_version,
        role,
        slot_id,
        COUNT(*) AS asked,
        CAST(SUM(CASE WHEN is_met THEN 1 ELSE 0 END) AS BIGINT) AS met,
        MAX(satisfied_on) AS satisfied_on,
        MAX(CASE WHEN kind = 'none' AND NOT until_payout AND NOT looks_back THEN closes_on END) AS watched_until
    FROM requirement_results
    WHERE alternative = 0
    GROUP BY rule_version, role, slot_id
),

group_totals AS (
    SELECT
        rule_version,
        role,
        slot_id,
        COUNT(*) AS asked,
        CAST(SUM(CASE WHEN is_met THEN 1 ELSE 0 END) AS BIGINT) AS met,
        MAX(satisfied_on) AS satisfied_on
    FROM requirement_groups
    GROUP BY rule_version, role, slot_id
),

earned_cases AS (
    SELECT
        c.rule_version, c.rule_key, c.role, c.slot_id, c.journey_id, c.friend_id, c.beneficiary_id, c.is_held,
        c.posted_state, c.posted_amount_minor, c.expire_on, c.trigger_product, t.pending_days, q.watched_until,
        c.root_on + t.root_pending_days AS root_release_on,
        x.amount_minor AS value_minor,
        CASE WHEN t.counts IS NULL THEN '' ELSE c.rule_version END AS counting_version,
        GREATEST(c.trigger_on, q.satisfied_on, g.satisfied_on) AS earned_on,
        c.is_recognized
        AND c.is_eligible
        AND c.beneficiary_id IS NOT NULL
        AND c.trigger_on IS NOT NULL
        AND c.is_condition_met
        AND COALESCE(q.asked, 0) = COALESCE(q.met, 0)
        AND COALESCE(g.asked, 0) = COALESCE(g.met, 0)
        AND COALESCE(x.has_value, TRUE)
        AND v.event_id IS NULL AS is_complete
    FROM reward_cases AS c
    INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
    LEFT JOIN requirement_totals AS q
        ON c.rule_version = q.rule_version AND c.role = q.role AND c.slot_id = q.slot_id
    LEFT JOIN group_totals AS g
        ON c.rule_version = g.rule_version AND c.role = g.role AND c.slot_id = g.slot_id
    LEFT JOIN reward_values AS x
        ON c.rule_version = x.rule_version AND c.role = x.role AND c.slot_id = x.slot_id
    LEFT JOIN reversing_events AS v
        ON c.rule_version = v.rule_version AND c.role = v.role AND c.slot_id = v.slot_id
)

SELECT
    rule_version,
    rule_key,
    counting_version,
    role,
    slot_id,
    journey_id,
    friend_id,
    beneficiary_id,
    trigger_product,
    value_minor,
    posted_amount_minor,
    is_held,
    is_complete AND (expire_on IS NULL OR earned_on <= expire_on) AS is_claim,
    is_complete AND (expire_on IS NULL OR earned_on <= expire_on) AND NOT is_held
    AND COALESCE(posted_state, 'pending') <> 'declined' AS is_open,
    CASE WHEN is_complete THEN earned_on END AS earned_on,
    CASE WHEN is_complete THEN GREATEST(earned_on + pending_days, root_release_on, watched_until) END AS release_on
FROM earned_cases
