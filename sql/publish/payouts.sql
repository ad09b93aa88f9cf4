-- The lines of the payout files that were issued; to whose account is said in the protected area only.
-- Grain: payout file x reward.
SELECT
    p.payout_id,
    p.payout_number,
    p.line_number,
    p.reward_id,
    p.amount_minor,
    CAST(
        CAST(p.amount_minor * COALESCE(c.ten_thousandths, 100) AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4))
        AS DECIMAL(18, 4)
    ) AS amount,
    p.currency,
    p.issued_on,
    p.status,
    p.file_hash
FROM payout_lines AS p
LEFT JOIN currency_units AS c ON p.currency = c.currency
