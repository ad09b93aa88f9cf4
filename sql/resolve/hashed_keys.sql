-- Which known address or phone number a hash was made of.
-- Grain: hashed_key.
-- Why: a hash cannot be read back, so the known values are hashed instead, under the algorithms that have come. A number
-- is hashed with and without its plus sign: vendors do either. Only what a fact of these days names counts, so a night
-- that is run again gives what it gave. A hash of an address that is not normalized finds nothing, and must not. Only
-- keys leave this query: values stay in the vault.
WITH hashed_values AS (
    SELECT
        identifier_key,
        kind,
        value
    FROM identifiers
    WHERE kind IN ('email_md5', 'email_sha1', 'email_sha256', 'phone_md5', 'phone_sha1', 'phone_sha256')
),

hashed_kinds AS (
    SELECT DISTINCT
        kind AS hashed_kind,
        CASE WHEN kind LIKE 'email%' THEN 'email' ELSE 'phone' END AS plain_kind
    FROM hashed_values
),

plain_values AS (
    SELECT
        identifier_key,
        kind,
        value
    FROM identifiers
    WHERE kind IN ('email', 'phone')
    UNION ALL
    SELECT
        identifier_key,
        kind,
        SUBSTRING(value, 2) AS value
    FROM identifiers
    WHERE kind = 'phone'
),

digests AS (
    SELECT
        plain_values.identifier_key,
        hashed_kinds.hashed_kind,
        CASE
            WHEN hashed_kinds.hashed_kind IN ('email_md5', 'phone_md5') THEN MD5(plain_values.value)
            WHEN hashed_kinds.hashed_kind IN ('email_sha1', 'phone_sha1') THEN SHA1(plain_values.value)
            ELSE SHA256(plain_values.value)
        END AS digest
    FROM plain_values
    INNER JOIN hashed_kinds ON plain_values.kind = hashed_kinds.plain_kind
),

matches AS (
    SELECT
        hashed_values.identifier_key AS hashed_key,
        MIN(digests.identifier_key) AS identifier_key
    FROM hashed_values
    INNER JOIN digests ON hashed_values.kind = digests.hashed_kind AND hashed_values.value = digests.digest
    GROUP BY hashed_values.identifier_key
),

named_keys AS (
    SELECT email_key AS identifier_key FROM fact_events WHERE received_on <= $as_of
    UNION ALL
    SELECT phone_key FROM fact_events WHERE received_on <= $as_of
    UNION ALL
    SELECT advocate_email_key FROM fact_events WHERE received_on <= $as_of
    UNION ALL
    SELECT advocate_email_key FROM fact_shares WHERE received_on <= $as_of
    UNION ALL
    SELECT email_key FROM fact_clicks WHERE received_on <= $as_of
    UNION ALL
    SELECT recipient_email_key FROM fact_emails WHERE received_on <= $as_of
    UNION ALL
    SELECT recipient_phone_key FROM fact_emails WHERE received_on <= $as_of
    UNION ALL
    SELECT advocate_email_key FROM fact_coupons WHERE received_on <= $as_of
    UNION ALL
    SELECT issued_to_email_key FROM fact_coupons WHERE received_on <= $as_of
    UNION ALL
    SELECT email_key FROM fact_advocates WHERE received_on <= $as_of
    UNION ALL
    SELECT phone_key FROM fact_advocates WHERE received_on <= $as_of
    UNION ALL
    SELECT email_key FROM fact_persons WHERE received_on <= $as_of
    UNION ALL
    SELECT phone_key FROM fact_persons WHERE received_on <= $as_of
    UNION ALL
    SELECT email_key FROM fact_audience WHERE received_on <= $as_of
    UNION ALL
    SELECT phone_key FROM fact_audience WHERE received_on <= $as_of
)

SELECT DISTINCT
    matches.hashed_key,
    matches.identifier_key
FROM matches
INNER JOIN named_keys ON matches.identifier_key = named_keys.identifier_key
