-- What did a new customer cost? Rewards that stand in the ledger (grants less reversals), divided by new customers; both from the
-- attribution report, so that they agree with it to the cent.
-- Grain: program x currency.
SELECT
    program,
    currency,
    SUM(new_customers) AS new_customers,
    SUM(reward_minor) AS reward_minor,
    CASE WHEN SUM(new_customers) > 0 THEN SUM(reward_minor) // SUM(new_customers) END AS reward_minor_per_customer
FROM report_attribution
WHERE currency <> 'XXX'
GROUP BY program, currency
ORDER BY program, currency
