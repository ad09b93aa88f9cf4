-- Which channels deserve the credit, by the first touch, the last, or all alike? Credits are events with two decimals; each
-- model adds up to the same number of events. An empty channel is a ground that carries no share, such as a code.
-- Grain: channel.
SELECT
    channel,
    CAST(SUM(credit_first) // 10000 AS DECIMAL(18, 0)) / 100 AS first_touch,
    CAST(SUM(credit_last) // 10000 AS DECIMAL(18, 0)) / 100 AS last_touch,
    CAST(SUM(credit_linear) // 10000 AS DECIMAL(18, 0)) / 100 AS linear
FROM report_attribution
GROUP BY channel
ORDER BY SUM(credit_linear) DESC, channel NULLS LAST
