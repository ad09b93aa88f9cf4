-- Which payouts were sent and never answered? What was issued and is in no fulfillment, the oldest first; ask the receiver with
-- the payout's number and line.
-- Grain: payout line.
SELECT
    p.payout_number,
    p.line_number,
    p.reward_id,
    p.amount_minor,
    p.currency,
    p.issued_on
FROM payouts AS p
LEFT JOIN fulfillments AS f ON p.payout_id = f.payout_id AND p.reward_id = f.reward_id
WHERE f.reward_id IS NULL
ORDER BY p.issued_on, p.payout_number, p.line_number
LIMIT 10
