-- For each case, whether its friend, its account or its root event was already rewarded under the same rule and role.
-- Grain: rule_version x role x slot_id.
-- Why: rewards that were issued hold their place for good, and waiting ones hold theirs; after them the earliest claim
-- wins, then the smaller journey. A posted reward holds the place of the friend of its posting and of its journey's
-- friend today. An event that a correction moved to another account is not rewarded twice, whatever the rule says.
-- A case that has not earned anything yet has lost as soon as somebody else holds its place. Where a rule counts, each
-- version counts by itself: a reward that was posted stands for an ordinal, not for one friend or account.
WITH asking_rules AS (
    SELECT DISTINCT rule_key
    FROM rule_terms
    WHERE once_per_friend OR once_per_account
),

holders AS (
    SELECT p.rule_key, '' AS counting_version, p.role, p.slot_id, p.journey_id, p.friend_id, 0 AS standing, p.earned_on
    FROM posted_slots AS p
    INNER JOIN asking_rules AS a ON p.rule_key = a.rule_key
    WHERE p.is_held AND p.ordinal = 0
    UNION ALL
    SELECT
        p.rule_key, '' AS counting_version, p.role, p.slot_id, p.journey_id, p.todays_friend_id AS friend_id,
        0 AS standing, p.earned_on
    FROM posted_slots AS p
    INNER JOIN asking_rules AS a ON p.rule_key = a.rule_key
    WHERE p.is_held AND p.ordinal = 0 AND (p.friend_id IS NULL OR p.friend_id <> p.todays_friend_id)
    UNION ALL
    SELECT
        k.rule_key, k.counting_version, k.role, k.slot_id, k.journey_id, k.friend_id, 1 AS standing, k.earned_on
    FROM reward_claims AS k
    INNER JOIN asking_rules AS a ON k.rule_key = a.rule_key
    WHERE k.is_open
),

ranked_holders AS (
    SELECT
        rule_key,
        counting_version,
        role,
        slot_id,
        journey_id,
        friend_id,
        ROW_NUMBER() OVER (
            PARTITION BY rule_key, counting_version, role, friend_id
            ORDER BY standing, earned_on, journey_id, slot_id
        ) AS friend_rank,
        ROW_NUMBER() OVER (
            PARTITION BY rule_key, counting_version, role, journey_id ORDER BY standing, earned_on, slot_id
        ) AS account_rank
    FROM holders
),

rewarded_roots AS (
    SELECT
        c.rule_version,
        c.role,
        c.slot_id,
        MIN(p.reward_id) AS reward_id
    FROM reward_cases AS c
    INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version AND t.slot_kind = 'journey' AND t.counts IS NULL
    INNER JOIN posted_slots AS p
        ON
            c.rule_key = p.rule_key
            AND c.role = p.role
            AND c.root_event_id = p.root_event_id
            AND p.is_live
            AND p.ordinal = 0
    WHERE c.slot_id <> p.slot_id
    GROUP BY c.rule_version, c.role, c.slot_id
)

SELECT
    c.rule_version,
    c.role,
    c.slot_id,
    CASE
        WHEN c.is_held THEN NULL
        WHEN e.reward_id IS NOT NULL THEN 'already_rewarded_event'
        WHEN t.once_per_friend AND f.slot_id <> c.slot_id THEN 'already_rewarded_friend'
        WHEN t.once_per_account AND a.slot_id <> c.slot_id THEN 'already_rewarded_account'
    END AS reason_code
FROM reward_cases AS c
INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
LEFT JOIN ranked_holders AS f
    ON
        c.rule_key = f.rule_key
        AND CASE WHEN t.counts IS NULL THEN '' ELSE c.rule_version END = f.counting_version
        AND c.role = f.role
        AND c.friend_id = f.friend_id
        AND f.friend_rank = 1
LEFT JOIN ranked_holders AS a
    ON
        c.rule_key = a.rule_key
        AND CASE WHEN t.counts IS NULL THEN '' ELSE c.rule_version END = a.counting_version
        AND c.role = a.role
        AND c.journey_id = a.journey_id
        AND a.account_rank = 1
LEFT JOIN rewarded_roots AS e
    ON c.rule_version = e.rule_version AND c.role = e.role AND c.slot_id = e.slot_id
WHERE t.once_per_friend OR t.once_per_account OR e.reward_id IS NOT NULL
