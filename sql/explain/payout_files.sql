-- The payout files that were issued, with what came back about their lines.
-- Grain: payout file x currency x unit.
-- Why by unit: points, tiers and badges share the currency XXX, and their sum would be a number of nothing.
WITH lines AS (
    SELECT
        p.payout_number,
        p.issued_on,
        p.currency,
        CASE WHEN p.currency = 'XXX' THEN r.kind ELSE p.currency END AS unit,
        p.file_hash,
        p.amount_minor,
        p.status
    FROM payouts AS p
    LEFT JOIN rewards AS r ON p.reward_id = r.reward_id
)

SELECT
    payout_number,
    issued_on,
    currency,
    unit,
    MAX(file_hash) AS file_hash,
    COUNT(*) AS rewards,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor,
    COUNT(CASE WHEN status IN ('fulfilled', 'redeemed') THEN 1 END) AS fulfilled,
    COUNT(CASE WHEN status IN ('failed', 'expired') THEN 1 END) AS returned,
    COUNT(CASE WHEN status = 'issued' THEN 1 END) AS unanswered
FROM lines
GROUP BY payout_number, issued_on, currency, unit
ORDER BY payout_number ASC, currency ASC, unit ASC NULLS LAST
