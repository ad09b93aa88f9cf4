-- Lines of payout files without exactly one `issued` entry of that amount, and `issued` entries without a line.
-- Grain: reward x generation; no rows when the check holds.
WITH issued_rewards AS (
    SELECT
        reward_id,
        generation,
        MAX(CASE WHEN entry_kind = 'earned' THEN amount_minor END) AS granted_minor,
        MAX(currency) AS currency
    FROM reward_entries
    GROUP BY reward_id, generation
    HAVING MAX(CASE WHEN entry_kind = 'issued' THEN 1 ELSE 0 END) = 1
),

paid_rewards AS (
    SELECT
        reward_id,
        generation,
        COUNT(*) AS payout_lines,
        MAX(amount_minor) AS amount_minor,
        MAX(currency) AS currency
    FROM payouts
    GROUP BY reward_id, generation
)

SELECT
    COALESCE(i.reward_id, p.reward_id) AS reward_id,
    COALESCE(i.generation, p.generation) AS generation,
    COALESCE(p.payout_lines, 0) AS payout_lines,
    i.granted_minor,
    p.amount_minor
FROM issued_rewards AS i
FULL OUTER JOIN paid_rewards AS p ON i.reward_id = p.reward_id AND i.generation = p.generation
WHERE
    i.reward_id IS NULL
    OR p.reward_id IS NULL
    OR p.payout_lines <> 1
    OR p.amount_minor <> i.granted_minor
    OR p.currency <> i.currency
