-- Enrolled advocates, as delivered.
-- Grain: advocate and version.
-- Why: one row per version ever seen, with its first and last sighting, so that the order of arrival decides nothing.
SELECT
    CAST(NULL AS BIGINT) AS advocate_record_id,
    CAST(NULL AS BIGINT) AS partner_user_key,
    CAST(NULL AS BIGINT) AS email_key,
    CAST(NULL AS BIGINT) AS phone_key,
    CAST(NULL AS BIGINT) AS advocate_code_key,
    CAST(NULL AS BIGINT) AS shareable_key,
    CAST(NULL AS DATE) AS enrolled_on,
    CAST(NULL AS DATE) AS left_on,
    CAST(NULL AS BIGINT) AS pay_to_key,
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
