-- How many hashes of addresses and numbers each file brought, and how many of them no known value explains.
-- Grain: file_id.
-- Why: a hash of an address that was not normalized looks like any other and matches nobody, ever; only the share of
-- those that find nobody tells a sender that something is wrong.
WITH hashed_values AS (
    SELECT identifier_key
    FROM identifiers
    WHERE kind IN ('email_md5', 'email_sha1', 'email_sha256', 'phone_md5', 'phone_sha1', 'phone_sha256')
),

named_keys AS (
    SELECT file_id, email_key AS identifier_key FROM fact_audience WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, phone_key FROM fact_audience WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, recipient_email_key FROM fact_emails WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, recipient_phone_key FROM fact_emails WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, email_key FROM fact_persons WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, phone_key FROM fact_persons WHERE received_on <= $as_of
)

SELECT
    named_keys.file_id,
    COUNT(*) AS hashed_identifiers,
    CAST(SUM(CASE WHEN hashed_keys.hashed_key IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unmatched_hashes
FROM named_keys
INNER JOIN hashed_values ON named_keys.identifier_key = hashed_values.identifier_key
LEFT JOIN hashed_keys ON named_keys.identifier_key = hashed_keys.hashed_key
GROUP BY named_keys.file_id
