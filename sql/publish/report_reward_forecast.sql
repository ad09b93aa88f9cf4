-- What will fall due and when: owed now, pending until its release, and at most what may still be earned, by month.
-- Grain: program x rule x role x kind x currency x month x basis.
-- Basis due and pending make up what the ledger owes, to the cent. Basis waiting is at most: deadlines pass, limits and
-- budgets turn claims away. Empty months are those of cases without a deadline.
SELECT
    r.program,
    r.rule_id,
    r.role,
    r.kind,
    r.currency,
    r.month_on,
    r.basis,
    r.rewards,
    r.unpriced,
    r.amount_minor,
    CAST(
        CAST(r.amount_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS amount
FROM report_reward_forecast AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
