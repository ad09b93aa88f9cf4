-- The ledger entries of a reward, in order.
-- Grain: ledger entry.
SELECT
    e.sequence,
    e.generation,
    e.entry_kind,
    e.amount_minor,
    e.currency,
    e.effective_on,
    e.caused_by,
    e.reason_code
FROM reward_entries AS e
WHERE e.reward_id = $reward_id
ORDER BY e.sequence
