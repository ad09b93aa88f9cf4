-- The rewards that counting has reached: each ordinal with the claim that completed it, and whether it may be given.
-- Grain: rule_version x role x case_slot_id, and for the versions that may give it (rule_key, role, slot_id, ordinal).
-- Why: an ordinal is given once. After a merge, a correction or a rule edit it may stand under another first journey than
-- the one it was issued under: an issued or declined reward then takes its own ordinal, and where every Nth earns the
-- same, whatever ordinal is next if its own was given already. So nobody gets more than was counted.
WITH reached_slots AS (
    SELECT
        n.rule_version, n.rule_key, n.role, n.slot_id AS case_slot_id, n.counts, n.owner_friend_id,
        n.owner_advocate_id, n.first_journey_id AS slot_id, n.ordinal, t.is_current,
        p.reward_id AS posted_reward_id,
        p.rule_version AS posted_version,
        p.state AS posted_state,
        p.amount_minor AS posted_amount_minor,
        COALESCE(p.is_held, FALSE) AS is_held
    FROM claim_numbers AS n
    INNER JOIN rule_terms AS t ON n.rule_version = t.rule_version
    LEFT JOIN posted_slots AS p
        ON
            n.rule_key = p.rule_key
            AND n.role = p.role
            AND n.first_journey_id = p.slot_id
            AND n.ordinal = p.ordinal
            AND (p.state <> 'voided' OR p.was_issued)
    WHERE n.number = n.needed AND n.counts IS NOT NULL
),

given_ordinals AS (
    SELECT
        p.reward_id, p.rule_key, p.role, p.slot_id, p.ordinal, t.counts, p.friend_id, p.beneficiary_id,
        j.person_id AS todays_friend_id,
        n.advocate_id AS todays_advocate_id
    FROM posted_slots AS p
    INNER JOIN rule_terms AS t ON p.rule_version = t.rule_version
    LEFT JOIN journey_roots AS j ON p.slot_id = j.journey_id AND t.program = j.program
    LEFT JOIN recognitions AS n ON j.root_event_id = n.event_id AND j.program = n.program
    WHERE p.ordinal > 0 AND (p.is_held OR p.state = 'declined')
),

owned_ordinals AS (
    SELECT
        reward_id, rule_key, role, slot_id, ordinal,
        CASE WHEN counts = 'events' THEN COALESCE(friend_id, slot_id) ELSE 0 END AS owner_friend_id,
        CASE
            WHEN role = 'actor' THEN 0
            WHEN role = 'advocate' THEN beneficiary_id
            ELSE todays_advocate_id
        END AS owner_advocate_id
    FROM given_ordinals
    UNION
    SELECT
        reward_id, rule_key, role, slot_id, ordinal,
        CASE WHEN counts = 'events' THEN COALESCE(todays_friend_id, slot_id) ELSE 0 END AS owner_friend_id,
        CASE WHEN role = 'actor' THEN 0 ELSE todays_advocate_id END AS owner_advocate_id
    FROM given_ordinals
),

strange_ordinals AS (
    SELECT DISTINCT
        r.rule_version,
        r.role,
        r.owner_friend_id,
        r.owner_advocate_id,
        o.reward_id,
        o.ordinal
    FROM reached_slots AS r
    INNER JOIN owned_ordinals AS o
        ON
            r.rule_key = o.rule_key
            AND r.role = o.role
            AND r.owner_friend_id = o.owner_friend_id
            AND r.owner_advocate_id = o.owner_advocate_id
            AND r.slot_id <> o.slot_id
),

strange_totals AS (
    SELECT
        rule_version,
        role,
        owner_friend_id,
        owner_advocate_id,
        COUNT(DISTINCT reward_id) AS rewards
    FROM strange_ordinals
    GROUP BY rule_version, role, owner_friend_id, owner_advocate_id
),

open_slots AS (
    SELECT
        r.rule_version, r.role, r.case_slot_id, r.owner_friend_id, r.owner_advocate_id, r.ordinal, r.counts,
        MAX(CASE WHEN s.ordinal IS NULL THEN 0 ELSE 1 END) AS is_given
    FROM reached_slots AS r
    LEFT JOIN strange_ordinals AS s
        ON
            r.rule_version = s.rule_version
            AND r.role = s.role
            AND r.owner_friend_id = s.owner_friend_id
            AND r.owner_advocate_id = s.owner_advocate_id
            AND r.ordinal = s.ordinal
    WHERE r.is_current AND r.posted_reward_id IS NULL
    GROUP BY
        r.rule_version, r.role, r.case_slot_id, r.owner_friend_id, r.owner_advocate_id, r.ordinal, r.counts
),

ranked_slots AS (
    SELECT
        rule_version, role, case_slot_id, owner_friend_id, owner_advocate_id, counts, is_given,
        CAST(SUM(is_given) OVER (
            PARTITION BY rule_version, role, owner_friend_id, owner_advocate_id
        ) AS BIGINT) AS given,
        ROW_NUMBER() OVER (
            PARTITION BY rule_version, role, owner_friend_id, owner_advocate_id, is_given ORDER BY ordinal
        ) AS place
    FROM open_slots
),

taken_slots AS (
    SELECT
        r.rule_version,
        r.role,
        r.case_slot_id
    FROM ranked_slots AS r
    INNER JOIN strange_totals AS t
        ON
            r.rule_version = t.rule_version
            AND r.role = t.role
            AND r.owner_friend_id = t.owner_friend_id
            AND r.owner_advocate_id = t.owner_advocate_id
    WHERE r.is_given = 1 OR (r.counts <> 'milestones' AND r.place <= t.rewards - r.given)
)

SELECT
    r.rule_version,
    r.role,
    r.case_slot_id,
    r.slot_id,
    r.ordinal,
    r.posted_state,
    r.posted_amount_minor,
    r.is_held,
    CASE
        WHEN r.posted_reward_id IS NULL THEN r.is_current AND x.case_slot_id IS NULL
        ELSE r.posted_version = r.rule_version
    END AS may_be_given,
    x.case_slot_id IS NOT NULL AS is_taken
FROM reached_slots AS r
LEFT JOIN taken_slots AS x
    ON r.rule_version = x.rule_version AND r.role = x.role AND r.case_slot_id = x.case_slot_id
