-- Programs, kinds and currencies whose reported balance is not the ledger's, or whose due and paid do not make up the balance.
-- Grain: program x kind x currency; no rows when the check holds.
-- Why: the page that shows what is owed must agree with the ledger to the cent; by kind, since points, tiers and badges
-- share the currency XXX and a wrong one could hide behind another.
WITH reported AS (
    SELECT
        program,
        COALESCE(kind, '') AS kind,
        COALESCE(currency, '') AS currency,
        CAST(SUM(balance_minor) AS BIGINT) AS reported_minor,
        CAST(SUM(due_minor + paid_minor) AS BIGINT) AS parts_minor
    FROM report_reward_liability
    GROUP BY program, COALESCE(kind, ''), COALESCE(currency, '')
),

posted AS (
    SELECT
        program,
        COALESCE(reward_kind, '') AS kind,
        COALESCE(currency, '') AS currency,
        CAST(SUM(amount_minor) AS BIGINT) AS posted_minor
    FROM reward_entries
    GROUP BY program, COALESCE(reward_kind, ''), COALESCE(currency, '')
)

SELECT
    COALESCE(p.program, r.program) AS program,
    COALESCE(p.kind, r.kind) AS kind,
    COALESCE(p.currency, r.currency) AS currency,
    p.posted_minor,
    r.reported_minor,
    r.parts_minor
FROM posted AS p
FULL OUTER JOIN reported AS r ON p.program = r.program AND p.kind = r.kind AND p.currency = r.currency
WHERE
    COALESCE(p.posted_minor, 0) <> COALESCE(r.reported_minor, 0)
    OR COALESCE(r.parts_minor, 0) <> COALESCE(r.reported_minor, 0)
