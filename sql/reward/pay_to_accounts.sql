-- The account to which each posted reward is paid, as a key; the value stands in the vault only.
-- Grain: reward_id.
-- Why: the beneficiary's declared pay-to account comes first, then, for the friend, the account of the journey itself.
-- Without either the payout of the reward is blocked, and said so. What an operator granted by hand fills no slot, and is
-- paid like any other.
WITH payable_rewards AS (
    SELECT
        reward_id,
        role,
        journey_id,
        beneficiary_id
    FROM posted_slots
    UNION ALL
    SELECT
        r.reward_id,
        r.role,
        r.journey_id,
        COALESCE(b.person_id, r.beneficiary_id) AS beneficiary_id
    FROM rewards AS r
    LEFT JOIN person_aliases AS b ON r.beneficiary_id = b.alias
    WHERE r.rule_version = 'manual'
),

declared_accounts AS (
    SELECT
        advocate_id,
        pay_to_key,
        email_key,
        ROW_NUMBER() OVER (
            PARTITION BY advocate_id
            ORDER BY CASE WHEN pay_to_key IS NULL THEN 1 ELSE 0 END, enrolled_on DESC NULLS LAST, partner_user_key
        ) AS account_rank
    FROM advocates
),

journey_accounts AS (
    SELECT
        journey_id,
        MIN(account_key) AS account_key,
        MIN(email_key) AS email_key
    FROM events
    WHERE status = 'active'
    GROUP BY journey_id
)

SELECT
    p.reward_id,
    COALESCE(d.pay_to_key, CASE WHEN p.role = 'friend' THEN j.account_key END) AS pay_to_key,
    COALESCE(d.email_key, CASE WHEN p.role <> 'advocate' THEN j.email_key END) AS email_key
FROM payable_rewards AS p
LEFT JOIN declared_accounts AS d ON p.beneficiary_id = d.advocate_id AND d.account_rank = 1
LEFT JOIN journey_accounts AS j ON p.journey_id = j.journey_id
