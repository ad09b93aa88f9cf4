-- The ledger: every grant, approval, issue, answer and reversal, in order, never edited.
-- Grain: ledger entry.
-- A reversal names one entry and negates it exactly; the balance of anything is the sum of its entries.
SELECT
    e.entry_id,
    e.sequence,
    e.reward_id,
    e.generation,
    e.entry_kind,
    e.program,
    e.rule_id,
    e.rule_version,
    e.role,
    e.beneficiary_id,
    e.amount_minor,
    CAST(
        CAST(e.amount_minor * COALESCE(c.ten_thousandths, 100) AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4))
        AS DECIMAL(18, 4)
    ) AS amount,
    e.currency,
    e.effective_on,
    e.caused_by,
    e.reverses_entry_id,
    e.reason_code,
    e.chain_hash
FROM reward_entries AS e
LEFT JOIN currency_units AS c ON e.currency = c.currency
