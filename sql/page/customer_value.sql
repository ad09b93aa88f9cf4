-- What customers of each group brought to date, over all months.
-- Grain: program x customer group.
SELECT
    program,
    customer_group,
    currency,
    CAST(SUM(customers) AS BIGINT) AS customers,
    CAST(SUM(initial_minor) AS BIGINT) AS initial_minor,
    CAST(SUM(subsequent_minor) AS BIGINT) AS subsequent_minor,
    CAST(SUM(lifetime_minor) AS BIGINT) AS lifetime_minor,
    CAST(CAST(SUM(lifetime_minor) AS BIGINT) // CAST(SUM(customers) AS BIGINT) AS BIGINT) AS lifetime_per_customer_minor
FROM report_customer_value
WHERE customers > 0
GROUP BY program, customer_group, currency
ORDER BY program ASC, customer_group ASC, currency ASC
