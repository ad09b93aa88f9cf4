-- The account to which each issued reward was paid, as a key; protected area only.
-- Grain: payout file x reward.
SELECT
    payout_id,
    reward_id,
    beneficiary_id,
    pay_to_key
FROM payouts
