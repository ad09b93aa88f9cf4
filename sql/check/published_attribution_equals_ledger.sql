-- Programs and currencies whose attributed rewards are not the ledger's balance.
-- Grain: program x currency; no rows when the check holds.
-- Why: attribution divides what the ledger holds of money, and may neither lose nor multiply it. Points, tiers and badges
-- (currency XXX) are no money and must not be in it.
WITH attributed AS (
    SELECT
        program,
        COALESCE(currency, '') AS currency,
        CAST(SUM(reward_minor) AS BIGINT) AS attributed_minor
    FROM report_attribution
    GROUP BY program, COALESCE(currency, '')
),

posted AS (
    SELECT
        program,
        COALESCE(currency, '') AS currency,
        CAST(SUM(amount_minor) AS BIGINT) AS posted_minor
    FROM reward_entries
    WHERE COALESCE(currency, '') <> 'XXX'
    GROUP BY program, COALESCE(currency, '')
)

SELECT
    COALESCE(p.program, a.program) AS program,
    COALESCE(p.currency, a.currency) AS currency,
    p.posted_minor,
    a.attributed_minor
FROM posted AS p
FULL OUTER JOIN attributed AS a ON p.program = a.program AND p.currency = a.currency
WHERE COALESCE(p.posted_minor, 0) <> COALESCE(a.attributed_minor, 0)
