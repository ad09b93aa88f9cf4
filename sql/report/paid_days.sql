-- What was paid in rewards on each day, less what came back: from the ledger, to the cent.
-- Grain: program x local day x currency, of days on which something changed.
-- Why: a reward is paid while its last entry says issued, fulfilled or redeemed, as in report_reward_liability. An answer
-- that it failed, a clawback or an unused expiry takes it back on its own day, so the sum of all days is what the
-- liability shows as paid.
WITH paid_states AS (
    SELECT
        program,
        effective_on,
        currency,
        reward_id,
        sequence,
        CASE WHEN entry_kind IN ('issued', 'fulfilled', 'redeemed') THEN 1 ELSE 0 END AS is_paid,
        MAX(CASE WHEN entry_kind = 'earned' THEN amount_minor ELSE 0 END) OVER (PARTITION BY reward_id, generation)
            AS amount_minor
    FROM reward_entries
),

changes AS (
    SELECT
        program,
        effective_on,
        currency,
        amount_minor,
        is_paid - COALESCE(LAG(is_paid) OVER (PARTITION BY reward_id ORDER BY sequence), 0) AS change
    FROM paid_states
)

SELECT
    program,
    effective_on AS day_on,
    currency,
    CAST(SUM(change * amount_minor) AS BIGINT) AS paid_minor
FROM changes
WHERE change <> 0
GROUP BY program, effective_on, currency
