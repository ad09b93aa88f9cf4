-- Programs whose key figures of all months do not add up to what the liability shows as paid.
-- Grain: program x currency; no rows when the check holds.
-- Why: what was paid is taken from the ledger's entries day by day, the liability from the rewards' states; the cost of a
-- new customer rests on it.
WITH monthly AS (
    SELECT
        program,
        currency,
        CAST(SUM(paid_minor) AS BIGINT) AS monthly_minor
    FROM report_key_figures
    WHERE period = 'month'
    GROUP BY program, currency
),

stated AS (
    SELECT
        l.program,
        l.currency,
        CAST(SUM(l.paid_minor) AS BIGINT) AS stated_minor
    FROM report_reward_liability AS l
    WHERE l.currency = $currency
    GROUP BY l.program, l.currency
)

SELECT
    COALESCE(m.program, s.program) AS program,
    COALESCE(m.currency, s.currency) AS currency,
    m.monthly_minor,
    s.stated_minor
FROM monthly AS m
FULL OUTER JOIN stated AS s ON m.program = s.program AND m.currency = s.currency
WHERE COALESCE(m.monthly_minor, 0) <> COALESCE(s.stated_minor, 0)
