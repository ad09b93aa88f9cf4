-- The lines of the payout files, each with what came back about it.
-- Grain: payout file x reward.
-- Why from the ledger and not from the answers: an answer counts where the ledger followed it. Of several answers about
-- one line the last entry counts; a line that failed, or whose coupon or card ran out unused, paid nobody.
WITH answer_entries AS (
    SELECT
        reward_id,
        generation,
        entry_kind,
        effective_on,
        reason_code,
        ROW_NUMBER() OVER (PARTITION BY reward_id, generation ORDER BY sequence DESC) AS answer_rank
    FROM reward_entries
    WHERE entry_kind IN ('fulfilled', 'failed', 'redeemed', 'expired')
),

generation_days AS (
    SELECT
        reward_id,
        generation,
        MAX(CASE WHEN entry_kind = 'fulfilled' THEN effective_on END) AS fulfilled_on,
        MAX(CASE WHEN entry_kind = 'clawed_back' THEN effective_on END) AS clawed_back_on
    FROM reward_entries
    GROUP BY reward_id, generation
)

SELECT
    p.payout_id,
    p.payout_number,
    p.line_number,
    p.reward_id,
    p.generation,
    p.amount_minor,
    p.currency,
    p.issued_on,
    p.file_hash,
    COALESCE(a.entry_kind, 'issued') AS status,
    COALESCE(a.entry_kind, 'issued') IN ('failed', 'expired') AS is_returned,
    COALESCE(a.entry_kind, 'issued') IN ('fulfilled', 'redeemed') AS is_fulfilled,
    a.effective_on AS answered_on,
    a.reason_code,
    g.fulfilled_on,
    g.clawed_back_on
FROM payouts AS p
LEFT JOIN answer_entries AS a
    ON p.reward_id = a.reward_id AND p.generation = a.generation AND a.answer_rank = 1
LEFT JOIN generation_days AS g ON p.reward_id = g.reward_id AND p.generation = g.generation
