-- Which rewards were taken back, when and why? Each reversal in the ledger names what caused it; before payment it is voided,
-- after it clawed_back.
-- Grain: ledger entry that takes back.
SELECT
    e.reward_id,
    e.entry_kind,
    e.effective_on,
    e.reason_code,
    e.amount_minor,
    e.currency,
    r.earned_on
FROM reward_entries AS e
INNER JOIN rewards AS r ON e.reward_id = r.reward_id
WHERE e.entry_kind IN ('voided', 'clawed_back')
ORDER BY e.effective_on, e.sequence
LIMIT 10
