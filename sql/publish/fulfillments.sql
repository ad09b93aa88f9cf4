-- What came back about issued rewards: paid, failed, redeemed, or expired unused.
-- Grain: answer.
-- Beside each answer stands the payout line that it answers: of several payouts of one reward the last one before it.
-- Its columns are empty where the reward was not issued, which outcome then says.
SELECT
    f.fulfillment_id,
    f.payout_id,
    f.reward_id,
    f.amount_minor,
    CAST(
        CAST(f.amount_minor * COALESCE(c.ten_thousandths, 100) AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4))
        AS DECIMAL(18, 4)
    ) AS amount,
    f.currency,
    f.issued_on,
    f.status,
    f.reported_on,
    f.reason_code,
    f.outcome,
    f.file_id,
    f.record_number
FROM fulfillments AS f
LEFT JOIN currency_units AS c ON f.currency = c.currency
