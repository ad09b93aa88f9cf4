-- Rewards of which, at some entry, grants less reversals were neither 0 nor 1: paid twice, or taken back twice.
-- Grain: reward_id; no rows when the check holds.
WITH running_balances AS (
    SELECT
        reward_id,
        CAST(SUM(
            CASE
                WHEN entry_kind = 'earned' THEN 1
                WHEN entry_kind IN ('declined', 'voided', 'clawed_back', 'expired') THEN -1
                ELSE 0
            END
        ) OVER (
            PARTITION BY reward_id ORDER BY sequence
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS balance
    FROM reward_entries
)

SELECT
    reward_id,
    MIN(balance) AS lowest,
    MAX(balance) AS highest
FROM running_balances
GROUP BY reward_id
HAVING MIN(balance) < 0 OR MAX(balance) > 1
