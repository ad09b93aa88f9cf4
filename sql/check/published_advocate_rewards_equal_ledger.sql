-- Programs, kinds and currencies whose rewards by advocate are not the ledger's.
-- Grain: program x kind x currency; no rows when the check holds.
-- Why: what is shown to a person as earned must be what the ledger holds for advocates, once.
WITH reported AS (
    SELECT
        program,
        COALESCE(kind, '') AS kind,
        COALESCE(currency, '') AS currency,
        CAST(SUM(balance_minor) AS BIGINT) AS reported_minor,
        CAST(SUM(due_minor + paid_minor) AS BIGINT) AS parts_minor
    FROM report_advocate_rewards
    GROUP BY program, COALESCE(kind, ''), COALESCE(currency, '')
),

posted AS (
    SELECT
        program,
        COALESCE(reward_kind, '') AS kind,
        COALESCE(currency, '') AS currency,
        CAST(SUM(amount_minor) AS BIGINT) AS posted_minor
    FROM reward_entries
    WHERE role = 'advocate'
    GROUP BY program, COALESCE(reward_kind, ''), COALESCE(currency, '')
)

SELECT
    COALESCE(p.program, r.program) AS program,
    COALESCE(p.kind, r.kind) AS kind,
    COALESCE(p.currency, r.currency) AS currency,
    p.posted_minor,
    r.reported_minor
FROM posted AS p
FULL OUTER JOIN reported AS r ON p.program = r.program AND p.kind = r.kind AND p.currency = r.currency
WHERE
    COALESCE(p.posted_minor, 0) <> COALESCE(r.reported_minor, 0)
    OR COALESCE(r.parts_minor, 0) <> COALESCE(r.reported_minor, 0)
