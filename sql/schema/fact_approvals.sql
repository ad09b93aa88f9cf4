-- Approvals and declines of rewards that came by file.
-- Grain: approval and version.
-- Why: one row per version ever seen, with its first and last sighting, so that the order of arrival decides nothing.
SELECT
    CAST(NULL AS BIGINT) AS approval_id,
    CAST(NULL AS BIGINT) AS reward_id,
    CAST(NULL AS VARCHAR) AS decision,
    CAST(NULL AS DATE) AS decided_on,
    CAST(NULL AS VARCHAR) AS reason_code,
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
