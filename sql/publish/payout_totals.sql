-- What is due, issued and fulfilled in all, by the state of the reconciliation; settled rewards are among them.
-- Grain: program x kind x currency x state.
-- The totals of due_minor are the ledger's, those of issued_minor the payout files' less what came back, to the cent.
SELECT
    r.program,
    r.kind,
    r.currency,
    r.state,
    r.rewards,
    r.due_minor,
    CAST(
        CAST(r.due_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS due_amount,
    r.issued_minor,
    CAST(
        CAST(r.issued_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS issued_amount,
    r.fulfilled_minor,
    CAST(
        CAST(r.fulfilled_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS fulfilled_amount,
    r.oldest_on,
    r.oldest_days
FROM payout_totals AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
