-- Every case that is judged: by the version that posted its reward if one is posted, else by the terms of its day.
-- Grain: rule_version x role x slot_id, and by construction (rule_key, role, slot_id) where nothing is counted.
-- Why: a posted reward is judged only by its posted version; a rule edit changes nothing that was promised. A reward that
-- was voided before it went out is forgotten here, and judged by the current terms again. Where a rule counts towards a
-- reward, a case is one step: the current version counts it, and each version that posted rewards counts it for those.
WITH all_cases AS (
    SELECT
        rule_version, role, slot_id, journey_id, root_event_id, root_on, container, friend_id, advocate_id,
        beneficiary_id,
        is_recognized, unrecognized_reason, is_eligible, ineligible_reason, is_in_review,
        trigger_event_id, trigger_at, trigger_on, trigger_product, trigger_amount_minor, is_condition_met
    FROM journey_cases
    UNION ALL
    SELECT
        rule_version, role, slot_id, journey_id, root_event_id, root_on, container, friend_id, advocate_id,
        beneficiary_id,
        is_recognized, unrecognized_reason, is_eligible, ineligible_reason, is_in_review,
        trigger_event_id, trigger_at, trigger_on, trigger_product, trigger_amount_minor, is_condition_met
    FROM actor_cases
),

counting_versions AS (
    SELECT DISTINCT rule_version
    FROM posted_slots
    WHERE ordinal > 0 AND (state <> 'voided' OR was_issued)
)

SELECT
    c.rule_version,
    t.rule_id,
    t.rule_key,
    t.program,
    c.role,
    c.slot_id,
    c.journey_id,
    c.root_event_id,
    c.root_on,
    c.container,
    c.friend_id,
    c.advocate_id,
    c.beneficiary_id,
    c.is_recognized,
    c.unrecognized_reason,
    c.is_eligible,
    c.ineligible_reason,
    c.is_in_review,
    c.trigger_event_id,
    c.trigger_at,
    c.trigger_on,
    c.trigger_product,
    c.trigger_amount_minor,
    c.is_condition_met,
    c.root_on + t.expire_after_days AS expire_on,
    p.reward_id AS posted_reward_id,
    p.state AS posted_state,
    p.amount_minor AS posted_amount_minor,
    p.issued_on,
    COALESCE(p.is_held, FALSE) AS is_held
FROM all_cases AS c
INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
LEFT JOIN counting_versions AS v ON c.rule_version = v.rule_version AND t.counts IS NOT NULL
LEFT JOIN posted_slots AS p
    ON
        t.rule_key = p.rule_key
        AND c.role = p.role
        AND c.slot_id = p.slot_id
        AND p.ordinal = 0
        AND t.counts IS NULL
        AND (p.state <> 'voided' OR p.was_issued)
WHERE
    (
        p.rule_version = c.rule_version
        OR (
            p.reward_id IS NULL
            AND (t.is_current OR v.rule_version IS NOT NULL)
            AND CASE WHEN t.terms_by = 'trigger' THEN COALESCE(c.trigger_on, c.root_on) ELSE c.root_on END >= t.from_on
            AND (
                t.until_on IS NULL
                OR CASE WHEN t.terms_by = 'trigger' THEN COALESCE(c.trigger_on, c.root_on) ELSE c.root_on END
                <= t.until_on
            )
        )
    )
