-- The payout files that were issued.
-- Grain: payout file x currency.
SELECT
    payout_number,
    issued_on,
    currency,
    COUNT(*) AS rewards,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor
FROM payouts
GROUP BY payout_number, issued_on, currency
ORDER BY payout_number ASC, currency ASC
