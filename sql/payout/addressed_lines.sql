-- The lines of one payout file with the values that its receiver needs: account and email out of the vault.
-- Grain: line of the staged batch.
-- Why a query and not a table: the values of identifiers stand in one table only, the vault. The hash of an address that
-- nobody sent is no address to write to. A reward is named by its rule, a tier or badge by its own name: that of the rule's
-- version that promised it, or of the operator's grant.
SELECT
    b.line_number,
    b.reward_id,
    b.earned_on,
    b.program,
    COALESCE(t.reward_name, g.reward_name, b.rule_id) AS reward_name,
    b.reward_kind,
    b.amount_minor,
    b.currency,
    a.value AS account_number,
    e.value AS email
FROM payout_batch AS b
LEFT JOIN rewards AS r ON b.reward_id = r.reward_id
LEFT JOIN rule_terms AS t ON r.rule_version = t.rule_version
LEFT JOIN manual_grants AS g ON b.reward_id = g.reward_id
LEFT JOIN identifiers AS a ON b.pay_to_key = a.identifier_key
LEFT JOIN identifiers AS e ON b.email_key = e.identifier_key AND e.kind = 'email'
ORDER BY b.line_number
