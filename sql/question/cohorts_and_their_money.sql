-- What did the friends of each week bring afterwards? Journeys by the week of their first event, and the money of all their
-- recognized events to date: an older week has had more time.
-- Grain: cohort week x currency.
SELECT
    week_on,
    currency,
    SUM(journeys) AS journeys,
    SUM(new_customers) AS new_customers,
    SUM(amount_minor) AS amount_minor
FROM report_attribution
GROUP BY week_on, currency
HAVING SUM(journeys) > 0
ORDER BY week_on DESC, currency
LIMIT 8
