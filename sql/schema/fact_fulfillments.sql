-- What the core system or vendor answered about issued rewards.
-- Grain: fulfillment and version.
-- Why: one row per version ever seen, with its first and last sighting, so that the order of arrival decides nothing.
SELECT
    CAST(NULL AS BIGINT) AS fulfillment_id,
    CAST(NULL AS BIGINT) AS reward_id,
    CAST(NULL AS VARCHAR) AS status,
    CAST(NULL AS DATE) AS reported_on,
    CAST(NULL AS VARCHAR) AS reason_code,
    CAST(NULL AS BIGINT) AS amount_minor,
    CAST(NULL AS VARCHAR) AS currency,
    CAST(NULL AS VARCHAR) AS file_id,
    CAST(NULL AS BIGINT) AS record_number,
    CAST(NULL AS DATE) AS received_on,
    CAST(NULL AS BIGINT) AS facts_seq,
    CAST(NULL AS VARCHAR) AS last_file_id,
    CAST(NULL AS BIGINT) AS last_record_number,
    CAST(NULL AS DATE) AS last_received_on,
    CAST(NULL AS BIGINT) AS content_key,
    CAST(NULL AS BIGINT) AS version_key
WHERE FALSE
