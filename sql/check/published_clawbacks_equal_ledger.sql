-- Programs, kinds and currencies whose reported reversals are not the ledger's.
-- Grain: program x kind x currency x entry kind; no rows when the check holds.
-- Why: what was taken back must be said to the cent, and once.
WITH reported AS (
    SELECT
        program,
        COALESCE(kind, '') AS kind,
        COALESCE(currency, '') AS currency,
        entry_kind,
        CAST(SUM(reversed_minor) AS BIGINT) AS reported_minor,
        CAST(SUM(recovered_minor + outstanding_minor) AS BIGINT) AS parts_minor
    FROM report_clawbacks
    GROUP BY program, COALESCE(kind, ''), COALESCE(currency, ''), entry_kind
),

posted AS (
    SELECT
        program,
        COALESCE(reward_kind, '') AS kind,
        COALESCE(currency, '') AS currency,
        entry_kind,
        -CAST(SUM(amount_minor) AS BIGINT) AS posted_minor
    FROM reward_entries
    WHERE amount_minor < 0
    GROUP BY program, COALESCE(reward_kind, ''), COALESCE(currency, ''), entry_kind
)

SELECT
    COALESCE(p.program, r.program) AS program,
    COALESCE(p.kind, r.kind) AS kind,
    COALESCE(p.currency, r.currency) AS currency,
    COALESCE(p.entry_kind, r.entry_kind) AS entry_kind,
    p.posted_minor,
    r.reported_minor,
    r.parts_minor
FROM posted AS p
FULL OUTER JOIN reported AS r
    ON
        p.program = r.program
        AND p.kind = r.kind
        AND p.currency = r.currency
        AND p.entry_kind = r.entry_kind
WHERE
    COALESCE(p.posted_minor, 0) <> COALESCE(r.reported_minor, 0)
    OR (COALESCE(p.entry_kind, r.entry_kind) = 'clawed_back' AND r.parts_minor <> r.reported_minor)
