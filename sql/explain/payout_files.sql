-- The payout files that were issued, with what came back about their lines.
-- Grain: payout file x currency.
SELECT
    payout_number,
    issued_on,
    currency,
    MAX(file_hash) AS file_hash,
    COUNT(*) AS rewards,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor,
    COUNT(CASE WHEN status IN ('fulfilled', 'redeemed') THEN 1 END) AS fulfilled,
    COUNT(CASE WHEN status IN ('failed', 'expired') THEN 1 END) AS returned,
    COUNT(CASE WHEN status = 'issued' THEN 1 END) AS unanswered
FROM payouts
GROUP BY payout_number, issued_on, currency
ORDER BY payout_number ASC, currency ASC
