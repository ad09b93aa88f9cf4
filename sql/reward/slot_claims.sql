-- The claims that stand for a reward each, with what it is worth: what limits and budgets choose from.
-- Grain: rule_version x role x case_slot_id, and by construction (rule_key, role, slot_id, ordinal).
-- Why after once_per: who lost to another claim takes no place. Where a rule counts, only the claims that complete an
-- ordinal are here. A posted reward keeps the amount and the days of its posting: it takes its places where the ledger
-- has it, also when today's facts would date it otherwise. Of several tiers that a case reaches, the one of most
-- referrals counts, then the one that names its product, then the first. `kept_beneficiary_id` is the person of a posting
-- which is kept although the journey names somebody else today.
WITH standing_claims AS (
    SELECT
        k.rule_version, k.rule_key, k.role, k.slot_id AS case_slot_id, k.journey_id, k.friend_id, k.beneficiary_id,
        k.is_open, k.earned_on, k.release_on, k.trigger_product, k.value_minor, t.amount_minor, t.has_tiers,
        t.on_displaced, t.counts, s.posted_state, s.is_held,
        COALESCE(s.slot_id, k.slot_id) AS slot_id,
        COALESCE(s.ordinal, 0) AS ordinal,
        COALESCE(s.posted_amount_minor, k.posted_amount_minor) AS posted_amount_minor,
        n.number
    FROM reward_claims AS k
    INNER JOIN rule_terms AS t ON k.rule_version = t.rule_version
    LEFT JOIN once_per_results AS o
        ON k.rule_version = o.rule_version AND k.role = o.role AND k.slot_id = o.slot_id
    LEFT JOIN claim_numbers AS n
        ON k.rule_version = n.rule_version AND k.role = n.role AND k.slot_id = n.slot_id
    LEFT JOIN counted_slots AS s
        ON k.rule_version = s.rule_version AND k.role = s.role AND k.slot_id = s.case_slot_id
    WHERE k.is_claim AND o.reason_code IS NULL AND (t.counts IS NULL OR s.may_be_given)
),

ranked_tiers AS (
    SELECT
        c.rule_version, c.role, c.case_slot_id, r.amount_minor,
        ROW_NUMBER() OVER (
            PARTITION BY c.rule_version, c.role, c.case_slot_id
            ORDER BY
                r.from_referral DESC NULLS LAST, CASE WHEN r.product IS NULL THEN 1 ELSE 0 END, r.position, r.product
        ) AS tier_rank
    FROM standing_claims AS c
    INNER JOIN rule_tiers AS r
        ON
            c.rule_version = r.rule_version
            AND (r.product IS NULL OR r.product = c.trigger_product)
            AND (r.from_referral IS NULL OR r.from_referral <= c.number)
    WHERE c.has_tiers
)

SELECT
    c.rule_version,
    c.rule_key,
    c.role,
    c.case_slot_id,
    c.slot_id,
    c.ordinal,
    c.counts,
    c.journey_id,
    c.friend_id,
    c.beneficiary_id,
    COALESCE(c.posted_amount_minor, c.value_minor, r.amount_minor, c.amount_minor) AS amount_minor,
    CASE
        WHEN c.counts IS NULL THEN c.is_open
        ELSE NOT c.is_held AND COALESCE(c.posted_state, 'pending') <> 'declined'
    END AS is_open,
    COALESCE(p.earned_on, c.earned_on) AS earned_on,
    COALESCE(p.release_on, c.release_on) AS release_on,
    CASE
        WHEN c.on_displaced <> 'move' AND p.beneficiary_id <> c.beneficiary_id THEN p.beneficiary_id
    END AS kept_beneficiary_id
FROM standing_claims AS c
LEFT JOIN ranked_tiers AS r
    ON
        c.rule_version = r.rule_version
        AND c.role = r.role
        AND c.case_slot_id = r.case_slot_id
        AND r.tier_rank = 1
LEFT JOIN posted_slots AS p
    ON
        c.rule_key = p.rule_key
        AND c.role = p.role
        AND c.slot_id = p.slot_id
        AND c.ordinal = p.ordinal
        AND p.is_live
WHERE COALESCE(c.posted_amount_minor, c.value_minor, r.amount_minor, c.amount_minor) IS NOT NULL
