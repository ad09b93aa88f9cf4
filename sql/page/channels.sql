-- The channels that brought recognized journeys, with money and credit; the eight that brought most.
-- Grain: channel x currency.
SELECT
    COALESCE(channel, '') AS channel,
    currency,
    CAST(SUM(journeys) AS BIGINT) AS journeys,
    CAST(SUM(new_customers) AS BIGINT) AS new_customers,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor,
    CAST(SUM(credit_linear) AS BIGINT) AS credit_linear
FROM report_attribution
WHERE advocate_id IS NOT NULL
GROUP BY COALESCE(channel, ''), currency
ORDER BY SUM(journeys) DESC, COALESCE(channel, '') ASC, currency ASC
LIMIT 8
