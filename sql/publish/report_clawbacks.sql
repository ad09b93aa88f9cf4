-- What was taken back and why, by month, and what of it still is to be recovered.
-- Grain: program x rule x role x kind x currency x month x entry kind x reason.
-- reversed_minor is the ledger's, to the cent. Of what was clawed back after payment, recovered_minor +
-- outstanding_minor make it up.
SELECT
    r.program,
    r.rule_id,
    r.role,
    r.kind,
    r.currency,
    r.month_on,
    r.entry_kind,
    r.reason_code,
    r.reversals,
    r.reversed_minor,
    CAST(
        CAST(r.reversed_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS reversed_amount,
    r.recovered_minor,
    CAST(
        CAST(r.recovered_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS recovered_amount,
    r.outstanding_minor,
    CAST(
        CAST(r.outstanding_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS outstanding_amount
FROM report_clawbacks AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
