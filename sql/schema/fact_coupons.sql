-- Coupons issued, as delivered.
-- Grain: coupon and version.
-- Why: one row per version ever seen, with its first and last sighting, so that the order of arrival decides nothing.
SELECT
    CAST(NULL AS BIGINT) AS coupon_key,
    CAST(NULL AS VARCHAR) AS purpose,
    CAST(NULL AS BIGINT) AS share_key,
    CAST(NULL AS BIGINT) AS advocate_partner_user_key,
    CAST(NULL AS BIGINT) AS advocate_email_key,
    CAST(NULL AS BIGINT) AS advocate_code_key,
    CAST(NULL AS BIGINT) AS issued_to_email_key,
    CAST(NULL AS TIMESTAMP) AS issued_at,
    CAST(NULL AS DATE) AS issued_on,
    CAST(NULL AS DATE) AS valid_from,
    CAST(NULL AS DATE) AS valid_until,
    CAST(NULL AS DATE) AS revoked_on,
    CAST(NULL AS BOOLEAN) AS single_use,
    CAST(NULL AS VARCHAR) AS program,
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
