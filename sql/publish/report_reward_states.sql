-- How many rewards stand in each state and for how long, by rule and kind, reconciled with the ledger to the cent.
-- Grain: program x rule x role x kind x currency x state x ageing bucket.
-- Never add up rows of different kinds under the currency XXX: points, tiers and badges are no money.
SELECT
    r.program,
    r.rule_id,
    r.role,
    r.kind,
    r.currency,
    r.state,
    r.ageing,
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
    r.oldest_on,
    r.oldest_days
FROM report_reward_states AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
