-- The channels that brought recognized events, with money and with credit under five models; the eight that brought most.
-- Grain: channel x currency.
SELECT
    COALESCE(channel, '') AS channel,
    currency,
    CAST(SUM(journeys) AS BIGINT) AS journeys,
    CAST(SUM(initial_events + subsequent_events) AS BIGINT) AS events,
    CAST(SUM(new_customers) AS BIGINT) AS new_customers,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor,
    CAST(SUM(credit_first) AS BIGINT) AS credit_first,
    CAST(SUM(credit_last) AS BIGINT) AS credit_last,
    CAST(SUM(credit_linear) AS BIGINT) AS credit_linear,
    CAST(SUM(credit_position) AS BIGINT) AS credit_position,
    CAST(SUM(credit_decay) AS BIGINT) AS credit_decay
FROM report_attribution
WHERE advocate_id IS NOT NULL
GROUP BY COALESCE(channel, ''), currency
ORDER BY SUM(journeys) DESC, SUM(credit_linear) DESC, COALESCE(channel, '') ASC, currency ASC
LIMIT 8
