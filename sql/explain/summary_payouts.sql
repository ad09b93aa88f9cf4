-- The payout files that were issued.
-- Grain: payout file x currency x unit.
-- Why by unit: points, tiers and badges share the currency XXX, and their sum would be a number of nothing.
WITH lines AS (
    SELECT
        p.payout_number,
        p.issued_on,
        p.currency,
        CASE WHEN p.currency = 'XXX' THEN r.kind ELSE p.currency END AS unit,
        p.amount_minor
    FROM payouts AS p
    LEFT JOIN rewards AS r ON p.reward_id = r.reward_id
)

SELECT
    payout_number,
    issued_on,
    currency,
    unit,
    COUNT(*) AS rewards,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor
FROM lines
GROUP BY payout_number, issued_on, currency, unit
ORDER BY payout_number ASC, currency ASC, unit ASC NULLS LAST
