-- What each advocate earned, by kind and currency, reconciled with the ledger to the cent.
-- Grain: program x advocate x kind x currency.
-- due_minor (granted, not yet sent) + paid_minor (sent) = balance_minor.
SELECT
    r.program,
    r.advocate_id,
    r.kind,
    r.currency,
    r.rewards,
    r.paid_rewards,
    r.taken_back_rewards,
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
    ) AS paid_amount
FROM report_advocate_rewards AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
