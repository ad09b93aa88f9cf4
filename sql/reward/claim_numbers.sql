-- Which of its kind each claim is, where a rule counts: the friend's purchases, the advocate's referrals.
-- Grain: rule_version x role x slot_id of the claims of rules that count, or that have tiers by referrals.
-- Why: only what would earn by itself counts, in order of the day earned, and a friend's second account counts as little
-- as it is rewarded. `first_journey_id` is the first eligible journey of what is counted together, claim or not: with the
-- ordinal it is the slot, so that a late event fills another's place instead of opening a new one.
WITH counting_cases AS (
    SELECT
        c.rule_version, c.rule_key, c.role, c.slot_id, c.journey_id, c.root_on, c.trigger_at, t.counts, t.every_nth,
        CASE WHEN t.counts IS NULL THEN '' ELSE c.rule_version END AS counting_version,
        CASE WHEN t.counts = 'events' THEN COALESCE(c.friend_id, c.journey_id) ELSE 0 END AS owner_friend_id,
        COALESCE(c.advocate_id, 0) AS owner_advocate_id
    FROM reward_cases AS c
    INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
    WHERE c.is_recognized AND c.is_eligible AND (t.counts IS NOT NULL OR t.has_referral_tiers)
),

ranked_journeys AS (
    SELECT
        rule_key, counting_version, role, owner_friend_id, owner_advocate_id, journey_id,
        ROW_NUMBER() OVER (
            PARTITION BY rule_key, counting_version, role, owner_friend_id, owner_advocate_id
            ORDER BY root_on, journey_id, slot_id
        ) AS journey_rank
    FROM counting_cases
),

numbered_claims AS (
    SELECT
        c.rule_version, c.rule_key, c.counting_version, c.role, c.slot_id, c.counts, c.every_nth,
        c.owner_friend_id, c.owner_advocate_id,
        ROW_NUMBER() OVER (
            PARTITION BY c.rule_key, c.counting_version, c.role, c.owner_friend_id, c.owner_advocate_id
            ORDER BY k.earned_on, c.trigger_at, c.journey_id, c.slot_id
        ) AS number,
        COUNT(*) OVER (
            PARTITION BY c.rule_key, c.counting_version, c.role, c.owner_friend_id, c.owner_advocate_id
        ) AS total
    FROM counting_cases AS c
    INNER JOIN reward_claims AS k
        ON c.rule_version = k.rule_version AND c.role = k.role AND c.slot_id = k.slot_id AND k.is_claim
    LEFT JOIN once_per_results AS o
        ON c.rule_version = o.rule_version AND c.role = o.role AND c.slot_id = o.slot_id
    WHERE o.reason_code IS NULL
),

next_milestones AS (
    SELECT
        n.rule_version,
        n.role,
        n.slot_id,
        MIN(m.milestone) AS milestone
    FROM numbered_claims AS n
    INNER JOIN rule_milestones AS m ON n.rule_version = m.rule_version AND n.number <= m.milestone
    GROUP BY n.rule_version, n.role, n.slot_id
)

SELECT
    n.rule_version,
    n.rule_key,
    n.role,
    n.slot_id,
    n.counts,
    n.owner_friend_id,
    n.owner_advocate_id,
    j.journey_id AS first_journey_id,
    n.number,
    CASE WHEN n.counts = 'milestones' THEN m.milestone ELSE (n.number + n.every_nth - 1) // n.every_nth END AS ordinal,
    CASE
        WHEN n.counts = 'milestones' THEN m.milestone
        ELSE ((n.number + n.every_nth - 1) // n.every_nth) * n.every_nth
    END AS needed,
    n.total
FROM numbered_claims AS n
INNER JOIN ranked_journeys AS j
    ON
        n.rule_key = j.rule_key
        AND n.counting_version = j.counting_version
        AND n.role = j.role
        AND n.owner_friend_id = j.owner_friend_id
        AND n.owner_advocate_id = j.owner_advocate_id
        AND j.journey_rank = 1
LEFT JOIN next_milestones AS m
    ON n.rule_version = m.rule_version AND n.role = m.role AND n.slot_id = m.slot_id
