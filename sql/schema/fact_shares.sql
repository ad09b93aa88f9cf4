-- Acts of sharing by advocates, as delivered.
-- Grain: share and version.
-- Why: one row per version ever seen, with its first and last sighting, so that the order of arrival decides nothing.
SELECT
    CAST(NULL AS BIGINT) AS share_key,
    CAST(NULL AS BIGINT) AS shareable_key,
    CAST(NULL AS BIGINT) AS partner_share_key,
    CAST(NULL AS BIGINT) AS advocate_partner_user_key,
    CAST(NULL AS BIGINT) AS advocate_email_key,
    CAST(NULL AS BIGINT) AS advocate_code_key,
    CAST(NULL AS VARCHAR) AS program,
    CAST(NULL AS VARCHAR) AS campaign,
    CAST(NULL AS VARCHAR) AS channel,
    CAST(NULL AS VARCHAR) AS promotion_source,
    CAST(NULL AS TIMESTAMP) AS shared_at,
    CAST(NULL AS DATE) AS shared_on,
    CAST(NULL AS BOOLEAN) AS incentivized,
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
