-- What the rewards cost and what is still owed: rewards by rule, role, kind and state, reconciled with the ledger.
-- Grain: program x rule x role x kind x state x currency. amount_minor is what was promised; balance_minor is the
-- ledger's balance (grants less reversals: 0 once voided, declined, clawed back or expired); due_minor is granted and
-- not yet sent (pending, approved, failed); paid_minor is sent (issued, fulfilled, redeemed). due_minor + paid_minor
-- = balance_minor, to the cent.
-- Why from the entries and not from the state alone: the page that shows the liability must agree with the ledger.
SELECT
    program,
    rule_id,
    role,
    kind,
    state,
    currency,
    COUNT(*) AS rewards,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor,
    CAST(SUM(balance_minor) AS BIGINT) AS balance_minor,
    CAST(SUM(CASE WHEN state IN ('issued', 'fulfilled', 'redeemed') THEN 0 ELSE balance_minor END) AS BIGINT)
        AS due_minor,
    CAST(SUM(CASE WHEN state IN ('issued', 'fulfilled', 'redeemed') THEN balance_minor ELSE 0 END) AS BIGINT)
        AS paid_minor,
    MIN(earned_on) AS oldest_earned_on,
    MIN(CASE WHEN state = 'pending' THEN release_on END) AS next_release_on
FROM reward_standings
GROUP BY program, rule_id, role, kind, state, currency
