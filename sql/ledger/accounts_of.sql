-- The account to which each of some rewards is paid.
-- Grain: reward_id.
SELECT
    a.reward_id,
    a.pay_to_key,
    a.email_key
FROM pay_to_accounts AS a
INNER JOIN wanted_rewards AS w ON a.reward_id = w.reward_id
