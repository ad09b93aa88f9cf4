-- What customers brought to date, in first and later purchases, by group.
-- Grain: program x cohort month x customer group.
-- Each customer stands in one of referred and not_referred, and in one of advocates and non_advocates: compare within a
-- pair, add up over cohorts, never over groups. Money is in the workspace's currency.
SELECT
    r.program,
    r.cohort_on,
    r.customer_group,
    r.customers,
    r.events,
    r.initial_minor,
    CAST(
        CAST(r.initial_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS initial_amount,
    r.subsequent_minor,
    CAST(
        CAST(r.subsequent_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS subsequent_amount,
    r.lifetime_minor,
    CAST(
        CAST(r.lifetime_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS lifetime_amount,
    r.lifetime_per_customer_minor,
    CAST(
        CAST(r.lifetime_per_customer_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS lifetime_per_customer,
    r.currency,
    r.other_currency_events
FROM report_customer_value AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
