-- How many hashes of addresses and numbers each file brought, and how many of them find nobody, and why.
-- Grain: file_id.
-- Why: a hash that finds nobody looks like any other; only counts tell a sender that something is wrong. Each is counted
-- once: as unmatched (no known value explains it), unnormalized (a known address in another writing does) or ambiguous
-- (several known addresses do, by the sender's profile).
WITH named_keys AS (
    SELECT file_id, email_key AS identifier_key FROM fact_events WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, phone_key FROM fact_events WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, advocate_email_key FROM fact_events WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, advocate_email_key FROM fact_shares WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, email_key FROM fact_clicks WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, recipient_email_key FROM fact_emails WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, recipient_phone_key FROM fact_emails WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, advocate_email_key FROM fact_coupons WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, issued_to_email_key FROM fact_coupons WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, email_key FROM fact_advocates WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, phone_key FROM fact_advocates WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, email_key FROM fact_persons WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, phone_key FROM fact_persons WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, email_key FROM fact_audience WHERE received_on <= $as_of
    UNION ALL
    SELECT file_id, phone_key FROM fact_audience WHERE received_on <= $as_of
),

explained AS (
    SELECT
        hashed_key,
        BOOL_OR(is_normalized) AS is_normalized
    FROM hash_meanings
    GROUP BY hashed_key
)

SELECT
    named_keys.file_id,
    COUNT(*) AS hashed_identifiers,
    CAST(SUM(CASE WHEN explained.hashed_key IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unmatched_hashes,
    CAST(SUM(CASE WHEN NOT explained.is_normalized THEN 1 ELSE 0 END) AS BIGINT) AS unnormalized_hashes,
    CAST(
        SUM(CASE WHEN explained.is_normalized AND hashed_keys.hashed_key IS NULL THEN 1 ELSE 0 END) AS BIGINT
    ) AS ambiguous_hashes
FROM named_keys
INNER JOIN hashed_identifiers ON named_keys.identifier_key = hashed_identifiers.hashed_key
LEFT JOIN explained ON named_keys.identifier_key = explained.hashed_key
LEFT JOIN hashed_keys ON named_keys.identifier_key = hashed_keys.hashed_key
GROUP BY named_keys.file_id
