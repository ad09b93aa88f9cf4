-- Programs, kinds and currencies whose forecast of what is due and pending is not what the ledger owes.
-- Grain: program x kind x currency; no rows when the check holds.
-- Why: the parts that are certain must be the ledger's to the cent; what may still be earned is no debt yet.
WITH forecast AS (
    SELECT
        program,
        COALESCE(kind, '') AS kind,
        COALESCE(currency, '') AS currency,
        CAST(SUM(amount_minor) AS BIGINT) AS forecast_minor
    FROM report_reward_forecast
    WHERE basis IN ('due', 'pending')
    GROUP BY program, COALESCE(kind, ''), COALESCE(currency, '')
),

owed AS (
    SELECT
        e.program,
        COALESCE(e.reward_kind, '') AS kind,
        COALESCE(e.currency, '') AS currency,
        CAST(SUM(e.amount_minor) AS BIGINT) AS owed_minor
    FROM reward_entries AS e
    INNER JOIN rewards AS r ON e.reward_id = r.reward_id
    WHERE r.state NOT IN ('issued', 'fulfilled', 'redeemed')
    GROUP BY e.program, COALESCE(e.reward_kind, ''), COALESCE(e.currency, '')
)

SELECT
    COALESCE(o.program, f.program) AS program,
    COALESCE(o.kind, f.kind) AS kind,
    COALESCE(o.currency, f.currency) AS currency,
    o.owed_minor,
    f.forecast_minor
FROM owed AS o
FULL OUTER JOIN forecast AS f ON o.program = f.program AND o.kind = f.kind AND o.currency = f.currency
WHERE COALESCE(o.owed_minor, 0) <> COALESCE(f.forecast_minor, 0)
