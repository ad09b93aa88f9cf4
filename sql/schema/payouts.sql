-- Lines of the payout files that were issued.
-- Grain: payout file and reward.
-- Why: a numbered, hashed file is never built twice with other content.
SELECT
    CAST(NULL AS BIGINT) AS payout_id,
    CAST(NULL AS INTEGER) AS payout_number,
    CAST(NULL AS BIGINT) AS line_number,
    CAST(NULL AS BIGINT) AS reward_id,
    CAST(NULL AS INTEGER) AS generation,
    CAST(NULL AS BIGINT) AS beneficiary_id,
    CAST(NULL AS BIGINT) AS pay_to_key,
    CAST(NULL AS BIGINT) AS amount_minor,
    CAST(NULL AS VARCHAR) AS currency,
    CAST(NULL AS DATE) AS issued_on,
    CAST(NULL AS VARCHAR) AS file_hash,
    CAST(NULL AS VARCHAR) AS status
WHERE FALSE
