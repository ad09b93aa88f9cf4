-- Recipients of shares, as delivered.
-- Grain: share, recipient and version.
-- Why: one row per version ever seen, with its first and last sighting, so that the order of arrival decides nothing.
SELECT
    CAST(NULL AS BIGINT) AS email_id,
    CAST(NULL AS BIGINT) AS share_key,
    CAST(NULL AS BIGINT) AS recipient_email_key,
    CAST(NULL AS BIGINT) AS recipient_phone_key,
    CAST(NULL AS TIMESTAMP) AS sent_at,
    CAST(NULL AS DATE) AS sent_on,
    CAST(NULL AS VARCHAR) AS container,
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
