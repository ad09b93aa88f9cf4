-- What came back about issued rewards: paid, failed, redeemed, or expired unused.
-- Grain: answer.
SELECT
    fulfillment_id,
    reward_id,
    status,
    reported_on,
    reason_code,
    file_id,
    record_number
FROM fulfillments
