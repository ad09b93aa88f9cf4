-- Rewards that the ledger does not know or that it balances otherwise: the amount while granted, nothing once reversed.
-- Grain: reward_id; no rows when the check holds.
WITH balances AS (
    SELECT
        reward_id,
        CAST(SUM(amount_minor) AS BIGINT) AS balance_minor
    FROM reward_entries
    GROUP BY reward_id
)

SELECT
    COALESCE(r.reward_id, b.reward_id) AS reward_id,
    r.state,
    r.amount_minor,
    b.balance_minor
FROM rewards AS r
FULL OUTER JOIN balances AS b ON r.reward_id = b.reward_id
WHERE
    r.reward_id IS NULL
    OR b.reward_id IS NULL
    OR b.balance_minor <> CASE WHEN r.is_live THEN r.amount_minor ELSE 0 END
