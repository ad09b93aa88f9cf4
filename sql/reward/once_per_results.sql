-- For each case, whether its friend or its account was already rewarded under the same rule and role.
-- Grain: rule_version x role x slot_id.
-- Why: rewards that were issued hold their place for good, and waiting ones hold theirs; after them the earliest claim wins, then the smaller journey.
-- A case that has not earned anything yet has lost as soon as somebody else holds its place.
WITH holders AS (
    SELECT rule_key, role, slot_id, journey_id, friend_id, 0 AS standing, earned_on
    FROM posted_slots
    WHERE is_held
    UNION ALL
    SELECT rule_key, role, slot_id, journey_id, friend_id, 1 AS standing, earned_on
    FROM reward_claims
    WHERE is_open
),

ranked_holders AS (
    SELECT
        rule_key,
        role,
        slot_id,
        journey_id,
        friend_id,
        ROW_NUMBER() OVER (
            PARTITION BY rule_key, role, friend_id ORDER BY standing, earned_on, journey_id, slot_id
        ) AS friend_rank,
        ROW_NUMBER() OVER (
            PARTITION BY rule_key, role, journey_id ORDER BY standing, earned_on, slot_id
        ) AS account_rank
    FROM holders
)

SELECT
    c.rule_version,
    c.role,
    c.slot_id,
    CASE
        WHEN c.is_held THEN NULL
        WHEN t.once_per_friend AND f.slot_id <> c.slot_id THEN 'already_rewarded_friend'
        WHEN t.once_per_account AND a.slot_id <> c.slot_id THEN 'already_rewarded_account'
    END AS reason_code
FROM reward_cases AS c
INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
LEFT JOIN ranked_holders AS f
    ON c.rule_key = f.rule_key AND c.role = f.role AND c.friend_id = f.friend_id AND f.friend_rank = 1
LEFT JOIN ranked_holders AS a
    ON c.rule_key = a.rule_key AND c.role = a.role AND c.journey_id = a.journey_id AND a.account_rank = 1
WHERE t.once_per_friend OR t.once_per_account
