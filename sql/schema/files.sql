-- Every delivered file and what became of it.
-- Grain: delivered file.
-- Why: a resent file is a row of its own with status duplicate; the delivered name can hold personal data and is never published.
SELECT
    CAST(NULL AS VARCHAR) AS file_id,
    CAST(NULL AS VARCHAR) AS feed_id,
    CAST(NULL AS VARCHAR) AS kind,
    CAST(NULL AS VARCHAR) AS content_hash,
    CAST(NULL AS VARCHAR) AS delivered_name,
    CAST(NULL AS DATE) AS declared_on,
    CAST(NULL AS TIMESTAMP) AS received_at,
    CAST(NULL AS DATE) AS received_on,
    CAST(NULL AS VARCHAR) AS status,
    CAST(NULL AS VARCHAR) AS reason_code,
    CAST(NULL AS BIGINT) AS records,
    CAST(NULL AS BIGINT) AS accepted,
    CAST(NULL AS BIGINT) AS refused,
    CAST(NULL AS BIGINT) AS duplicates,
    CAST(NULL AS BIGINT) AS conflicts,
    CAST(NULL AS BIGINT) AS waiting,
    CAST(NULL AS BIGINT) AS control_lines,
    CAST(NULL AS BIGINT) AS facts_seq,
    CAST(NULL AS VARCHAR) AS columns
WHERE FALSE
