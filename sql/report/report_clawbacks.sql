-- What was taken back and why, by month, and what of it still is to be recovered.
-- Grain: program x rule x role x kind x currency x month x entry kind x reason.
-- reversed_minor is what the ledger's reversals took off. Voided, declined and expired rewards cost nothing any more; of
-- those clawed back after their payment, outstanding_minor still lies with whoever was paid (issued and no more due),
-- and recovered_minor is the rest: taken back, granted anew (the kept part of a partial clawback), returned unpaid, or
-- closed by an operator. What is outstanding stands in the month of the reward's last reversal.
-- Why from the entries: a reward keeps its promised amount, and one that was granted anew shows no reversal at all.
WITH reversals AS (
    SELECT
        program,
        rule_id,
        role,
        reward_kind AS kind,
        currency,
        CAST(DATE_TRUNC('month', effective_on) AS DATE) AS month_on,
        entry_kind,
        reason_code,
        reward_id,
        -amount_minor AS reversed_minor,
        ROW_NUMBER() OVER (PARTITION BY reward_id ORDER BY sequence DESC) AS reversal_rank
    FROM reward_entries
    WHERE entry_kind IN ('voided', 'declined', 'clawed_back', 'expired')
),

outstanding_rewards AS (
    SELECT
        reward_id,
        issued_minor - due_minor AS outstanding_minor
    FROM reconciled_rewards
    WHERE state = 'to_recover' AND issued_minor > due_minor
)

SELECT
    v.program,
    v.rule_id,
    v.role,
    v.kind,
    v.currency,
    v.month_on,
    v.entry_kind,
    v.reason_code,
    COUNT(*) AS reversals,
    CAST(SUM(v.reversed_minor) AS BIGINT) AS reversed_minor,
    CAST(
        SUM(CASE WHEN v.entry_kind = 'clawed_back' THEN v.reversed_minor - COALESCE(o.outstanding_minor, 0) ELSE 0 END)
        AS BIGINT
    ) AS recovered_minor,
    CAST(SUM(COALESCE(o.outstanding_minor, 0)) AS BIGINT) AS outstanding_minor
FROM reversals AS v
LEFT JOIN outstanding_rewards AS o ON v.reward_id = o.reward_id AND v.reversal_rank = 1
GROUP BY v.program, v.rule_id, v.role, v.kind, v.currency, v.month_on, v.entry_kind, v.reason_code
