-- Records and money of the contested records, before judgment (status NULL) and by outcome.
-- Grain: status and currency.
-- Why: what is not contested is accepted; the two sides prove that judgment lost nothing.

SELECT
    CAST(NULL AS VARCHAR) AS status,
    c.currency,
    COUNT(*) AS records,
    COUNT(c.amount_minor) AS amounts,
    CAST(SUM(c.amount_minor) AS DECIMAL(38, 0)) AS amount_minor
FROM contested_records AS c
GROUP BY c.currency
UNION ALL
SELECT
    o.status,
    o.currency,
    COUNT(*) AS records,
    COUNT(o.amount_minor) AS amounts,
    CAST(SUM(o.amount_minor) AS DECIMAL(38, 0)) AS amount_minor
FROM record_outcomes AS o
GROUP BY
    o.status,
    o.currency
