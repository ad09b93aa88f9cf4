-- What was taken back and why, over all months.
-- Grain: entry kind x reason x currency x unit.
-- Why by unit: points, tiers and badges share the currency XXX, and their sum would be a number of nothing.
SELECT
    entry_kind,
    COALESCE(reason_code, '') AS reason_code,
    currency,
    CASE WHEN currency = 'XXX' THEN kind ELSE currency END AS unit,
    CAST(SUM(reversals) AS BIGINT) AS reversals,
    CAST(SUM(reversed_minor) AS BIGINT) AS reversed_minor,
    CAST(SUM(recovered_minor) AS BIGINT) AS recovered_minor,
    CAST(SUM(outstanding_minor) AS BIGINT) AS outstanding_minor
FROM report_clawbacks
GROUP BY entry_kind, COALESCE(reason_code, ''), currency, CASE WHEN currency = 'XXX' THEN kind ELSE currency END
ORDER BY SUM(reversals) DESC, entry_kind ASC, reason_code ASC, currency ASC, unit ASC
