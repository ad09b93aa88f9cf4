-- The account to which each of some rewards is paid.
-- Grain: reward_id.
-- Why the vault is asked: an account whose value it does not hold cannot be written into a payout file, and counts as
-- none; the reward then waits and is named, instead of stopping all others.
SELECT
    a.reward_id,
    CASE WHEN i.value IS NOT NULL THEN a.pay_to_key END AS pay_to_key,
    a.email_key
FROM pay_to_accounts AS a
INNER JOIN wanted_rewards AS w ON a.reward_id = w.reward_id
LEFT JOIN identifiers AS i ON a.pay_to_key = i.identifier_key
