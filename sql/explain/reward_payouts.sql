-- The payout files in which a reward was issued, and what was answered.
-- Grain: payout file x reward.
SELECT
    p.payout_number,
    p.amount_minor,
    p.currency,
    p.issued_on,
    p.status
FROM payouts AS p
WHERE p.reward_id = $reward_id
ORDER BY p.payout_number
