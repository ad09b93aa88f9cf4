-- What the rewards cost and what is still owed, by rule and state, reconciled with the ledger to the cent.
-- Grain: program x rule x role x kind x state x currency.
-- due_minor (granted, not yet sent) + paid_minor (sent) = balance_minor = the sum of the ledger's entries.
SELECT
    r.program,
    r.rule_id,
    r.role,
    r.kind,
    r.state,
    r.currency,
    r.rewards,
    r.amount_minor,
    CAST(
        CAST(r.amount_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS amount,
    r.balance_minor,
    CAST(
        CAST(r.balance_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS balance_amount,
    r.due_minor,
    CAST(
        CAST(r.due_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS due_amount,
    r.paid_minor,
    CAST(
        CAST(r.paid_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS paid_amount,
    r.oldest_earned_on,
    r.next_release_on
FROM report_reward_liability AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
