-- What the core system or the vendor answered about issued rewards, as far as the as-of date shows it.
-- Grain: fulfillment_id.
-- Why: of several versions of one answer the last that arrived counts.
WITH ranked_answers AS (
    SELECT
        fulfillment_id,
        reward_id,
        status,
        reported_on,
        received_on,
        reason_code,
        amount_minor,
        currency,
        file_id,
        record_number,
        ROW_NUMBER() OVER (
            PARTITION BY fulfillment_id
            ORDER BY last_received_on DESC, last_file_id DESC, last_record_number DESC, version_key
        ) AS version_rank
    FROM fact_fulfillments
    WHERE received_on <= $as_of AND reported_on <= $as_of
)

SELECT
    fulfillment_id,
    reward_id,
    status,
    reported_on,
    received_on,
    reason_code,
    amount_minor,
    currency,
    CONCAT('fulfillment:', CAST(fulfillment_id AS VARCHAR)) AS caused_by,
    file_id,
    record_number
FROM ranked_answers
WHERE version_rank = 1 AND reward_id IS NOT NULL
