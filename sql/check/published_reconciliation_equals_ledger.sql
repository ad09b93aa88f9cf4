-- Currencies in which the reconciliation's totals are not those of the ledger and of the payout files.
-- Grain: currency; no rows when the check holds.
-- Why from the entries alone: what is open must be found though the states of the rewards were wrong. Due is what was
-- approved and not reversed, in the last generation of each reward; issued are the lines that did not come back.
WITH generations AS (
    SELECT
        reward_id,
        generation,
        MAX(COALESCE(currency, '')) AS currency,
        CAST(SUM(amount_minor) AS BIGINT) AS balance_minor,
        MAX(CASE WHEN entry_kind = 'approved' THEN 1 ELSE 0 END) AS is_approved,
        MAX(CASE WHEN entry_kind IN ('failed', 'expired') THEN sequence ELSE 0 END) AS returned_at,
        MAX(CASE WHEN entry_kind IN ('fulfilled', 'redeemed') THEN sequence ELSE 0 END) AS fulfilled_at
    FROM reward_entries
    GROUP BY reward_id, generation
),

sides AS (
    SELECT currency, balance_minor AS due_minor, 0 AS issued_minor
    FROM generations
    WHERE is_approved = 1
    UNION ALL
    SELECT g.currency, 0 AS due_minor, p.amount_minor AS issued_minor
    FROM payouts AS p
    INNER JOIN generations AS g ON p.reward_id = g.reward_id AND p.generation = g.generation
    WHERE g.returned_at <= g.fulfilled_at
),

posted AS (
    SELECT
        currency,
        CAST(SUM(due_minor) AS BIGINT) AS due_minor,
        CAST(SUM(issued_minor) AS BIGINT) AS issued_minor
    FROM sides
    GROUP BY currency
),

reported AS (
    SELECT
        COALESCE(currency, '') AS currency,
        CAST(SUM(due_minor) AS BIGINT) AS due_minor,
        CAST(SUM(issued_minor) AS BIGINT) AS issued_minor
    FROM payout_totals
    GROUP BY COALESCE(currency, '')
)

SELECT
    COALESCE(p.currency, r.currency) AS currency,
    p.due_minor AS posted_due_minor,
    r.due_minor AS reported_due_minor,
    p.issued_minor AS posted_issued_minor,
    r.issued_minor AS reported_issued_minor
FROM posted AS p
FULL OUTER JOIN reported AS r ON p.currency = r.currency
WHERE
    COALESCE(p.due_minor, 0) <> COALESCE(r.due_minor, 0)
    OR COALESCE(p.issued_minor, 0) <> COALESCE(r.issued_minor, 0)
