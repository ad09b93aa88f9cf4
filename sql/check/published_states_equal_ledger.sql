-- Programs, kinds and currencies whose rewards by state are not the ledger's, in number or in balance.
-- Grain: program x kind x currency; no rows when the check holds.
-- Why: a reward that a join loses or doubles would show here first.
WITH reported AS (
    SELECT
        program,
        COALESCE(kind, '') AS kind,
        COALESCE(currency, '') AS currency,
        CAST(SUM(rewards) AS BIGINT) AS reported_rewards,
        CAST(SUM(balance_minor) AS BIGINT) AS reported_minor
    FROM report_reward_states
    GROUP BY program, COALESCE(kind, ''), COALESCE(currency, '')
),

posted AS (
    SELECT
        program,
        COALESCE(reward_kind, '') AS kind,
        COALESCE(currency, '') AS currency,
        COUNT(DISTINCT reward_id) AS posted_rewards,
        CAST(SUM(amount_minor) AS BIGINT) AS posted_minor
    FROM reward_entries
    GROUP BY program, COALESCE(reward_kind, ''), COALESCE(currency, '')
)

SELECT
    COALESCE(p.program, r.program) AS program,
    COALESCE(p.kind, r.kind) AS kind,
    COALESCE(p.currency, r.currency) AS currency,
    p.posted_rewards,
    r.reported_rewards,
    p.posted_minor,
    r.reported_minor
FROM posted AS p
FULL OUTER JOIN reported AS r ON p.program = r.program AND p.kind = r.kind AND p.currency = r.currency
WHERE
    COALESCE(p.posted_rewards, 0) <> COALESCE(r.reported_rewards, 0)
    OR COALESCE(p.posted_minor, 0) <> COALESCE(r.reported_minor, 0)
