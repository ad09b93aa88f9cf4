-- What the rewards cost and what is still owed: rewards by rule, role, kind and state, reconciled with the ledger.
-- Grain: program x rule x role x kind x state x currency. amount_minor is what was promised; balance_minor is the
-- ledger's balance (grants less reversals: 0 once voided, declined, clawed back or expired); due_minor is granted and
-- not yet sent (pending, approved, failed); paid_minor is sent (issued, fulfilled, redeemed). due_minor + paid_minor
-- = balance_minor, to the cent.
-- Why from the entries and not from the state alone: the page that shows the liability must agree with the ledger.
WITH reward_balances AS (
    SELECT
        reward_id,
        CAST(SUM(amount_minor) AS BIGINT) AS balance_minor
    FROM reward_entries
    GROUP BY reward_id
)

SELECT
    r.program,
    r.rule_id,
    r.role,
    r.kind,
    r.state,
    r.currency,
    COUNT(*) AS rewards,
    CAST(SUM(r.amount_minor) AS BIGINT) AS amount_minor,
    CAST(SUM(COALESCE(b.balance_minor, 0)) AS BIGINT) AS balance_minor,
    CAST(
        SUM(CASE WHEN r.state IN ('issued', 'fulfilled', 'redeemed') THEN 0 ELSE COALESCE(b.balance_minor, 0) END)
        AS BIGINT
    ) AS due_minor,
    CAST(
        SUM(CASE WHEN r.state IN ('issued', 'fulfilled', 'redeemed') THEN COALESCE(b.balance_minor, 0) ELSE 0 END)
        AS BIGINT
    ) AS paid_minor,
    MIN(r.earned_on) AS oldest_earned_on,
    MIN(CASE WHEN r.state = 'pending' THEN r.release_on END) AS next_release_on
FROM rewards AS r
LEFT JOIN reward_balances AS b ON r.reward_id = b.reward_id
GROUP BY r.program, r.rule_id, r.role, r.kind, r.state, r.currency
