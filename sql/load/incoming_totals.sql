-- How many records the incoming file brings, how many of them correct, and their money.
-- Grain: currency, NULL for records without an amount.
-- Why: tells whether any record needs a closer look, and is what the outcomes must add up to.

WITH identities AS (
    SELECT COUNT(DISTINCT incoming.identity) AS identities
    FROM incoming_records AS incoming
)

SELECT
    r.currency,
    i.identities,
    COUNT(*) AS records,
    COUNT(CASE WHEN r.action <> 'new' THEN 1 END) AS corrections,
    COUNT(r.amount_minor) AS amounts,
    CAST(SUM(r.amount_minor) AS DECIMAL(38, 0)) AS amount_minor
FROM incoming_records AS r
CROSS JOIN identities AS i
GROUP BY
    r.currency,
    i.identities
