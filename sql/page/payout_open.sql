-- The rewards that someone has to clear, oldest first; a page holds the first forty.
-- Grain: reward.
SELECT
    reward_id,
    state,
    due_minor,
    issued_minor,
    fulfilled_minor,
    currency,
    CASE WHEN currency = 'XXX' THEN kind ELSE currency END AS unit,
    payout_number,
    open_since_on,
    age_days
FROM payout_reconciliation
WHERE next_step NOT LIKE 'Nothing%'
ORDER BY open_since_on ASC NULLS LAST, reward_id ASC
LIMIT 40
