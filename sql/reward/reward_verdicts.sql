-- What the terms say now about each posted reward that is neither reversed nor final: stands, waits, goes or moved.
-- Grain: reward_id.
-- Why: an event in conflict makes a pending reward wait; a cancelled event or one that the terms name reverses it;
-- anything else that takes the promise away voids it before the payment and is only reported after. The trigger and the
-- root are those of the posting, since a cancelled event has left its journey. A reward that was counted stands as long
-- as the count is reached, whichever event completes it now.
WITH failing_conditions AS (
    SELECT
        p.reward_id, c.condition, c.reason_code,
        ROW_NUMBER() OVER (
            PARTITION BY p.reward_id
            ORDER BY CASE c.outcome WHEN 'failed' THEN 0 WHEN 'open' THEN 1 ELSE 2 END, c.position
        ) AS failing_rank
    FROM reward_conditions AS c
    INNER JOIN posted_slots AS p
        ON c.rule_version = p.rule_version AND c.role = p.role AND c.slot_id = p.case_slot_id AND p.is_live
    WHERE c.position NOT BETWEEN 121 AND 299
),

judged_rewards AS (
    SELECT
        p.reward_id, p.rule_version, p.event_id, p.root_event_id,
        v.event_id AS reversing_event_id,
        v.occurred_on AS reversed_on,
        f.condition AS failing_condition,
        f.reason_code AS failing_reason,
        p.trigger_status,
        d.approve,
        CASE
            WHEN p.trigger_status = 'conflict' OR p.root_status = 'conflict' THEN 'waits'
            WHEN p.ordinal > 0 AND d.beneficiary_id = p.beneficiary_id THEN 'due'
            WHEN p.trigger_status = 'cancelled' OR p.root_status = 'cancelled' THEN 'cancelled'
            WHEN v.event_id IS NOT NULL THEN 'reversed'
            WHEN d.slot_id IS NULL AND p.has_conflict THEN 'waits'
            WHEN d.slot_id IS NULL THEN 'undue'
            WHEN d.beneficiary_id <> p.beneficiary_id THEN 'displaced'
            ELSE 'due'
        END AS verdict
    FROM posted_slots AS p
    LEFT JOIN rewards_due AS d
        ON p.rule_key = d.rule_key AND p.role = d.role AND p.slot_id = d.slot_id AND p.ordinal = d.ordinal
    LEFT JOIN reversing_events AS v
        ON p.rule_version = v.rule_version AND p.role = v.role AND p.case_slot_id = v.slot_id
    LEFT JOIN failing_conditions AS f ON p.reward_id = f.reward_id AND f.failing_rank = 1
    WHERE p.is_live
)

SELECT
    j.reward_id,
    CASE WHEN j.verdict = 'cancelled' THEN 'reversed' ELSE j.verdict END AS outcome,
    COALESCE(j.approve, t.approve) AS approve,
    t.after_payment,
    t.on_displaced,
    CASE j.verdict
        WHEN 'waits' THEN 'conflict'
        WHEN 'cancelled' THEN 'event_cancelled'
        WHEN 'reversed' THEN 'reversed'
        WHEN 'displaced' THEN 'displaced'
        WHEN 'undue' THEN COALESCE(j.failing_reason, j.failing_condition, 'no_longer_due')
    END AS reason_code,
    CASE
        WHEN j.verdict = 'reversed' THEN j.reversing_event_id
        WHEN j.verdict = 'displaced' THEN j.root_event_id
        WHEN j.trigger_status IN ('conflict', 'cancelled') OR j.root_event_id IS NULL THEN j.event_id
        WHEN j.verdict IN ('waits', 'cancelled') THEN j.root_event_id
    END AS cause_event_id,
    CASE WHEN j.verdict = 'reversed' THEN j.reversed_on ELSE $as_of END AS effective_on
FROM judged_rewards AS j
INNER JOIN rule_terms AS t ON j.rule_version = t.rule_version
