-- What each person was paid in a calendar year, by the tax form that reports it, and how much is left below its threshold.
-- Grain: tax year x person x form x currency.
-- A payment belongs to the year in which it was confirmed, else issued. Cash, account credit and gift cards count. What was
-- clawed back in the year of its payment is taken off. Who the person is, is said in the protected area only.
SELECT
    r.tax_year,
    r.person_id,
    r.form,
    r.currency,
    r.payments,
    r.paid_minor,
    CAST(
        CAST(r.paid_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS paid_amount,
    r.planned_minor,
    CAST(
        CAST(r.planned_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS planned_amount,
    r.threshold_minor,
    CAST(
        CAST(r.threshold_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS threshold_amount,
    r.headroom_minor,
    CAST(
        CAST(r.headroom_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS headroom_amount,
    r.needs_form,
    r.will_need_form
FROM tax_totals AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
