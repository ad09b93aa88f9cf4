-- Members of dated lists, as known on the as-of date.
-- Grain: purpose x list_on x list_change x the member's identifiers.
-- Why: two files may deliver one list; a member of either is a member. A hash of a known address or number stands here
-- as the key of what it was made of, so a hashed list names the same persons as a plain one; one that several known
-- addresses have by the sender's profile lists each of them, by itself: it links them to nothing.
SELECT DISTINCT
    fact_audience.purpose,
    fact_audience.list_on,
    fact_audience.list_change,
    fact_audience.partner_user_key,
    COALESCE(hashed_emails.identifier_key, fact_audience.email_key) AS email_key,
    COALESCE(hashed_phones.identifier_key, fact_audience.phone_key) AS phone_key
FROM fact_audience
LEFT JOIN hashed_keys AS hashed_emails ON fact_audience.email_key = hashed_emails.hashed_key
LEFT JOIN hashed_keys AS hashed_phones ON fact_audience.phone_key = hashed_phones.hashed_key
WHERE fact_audience.received_on <= $as_of AND fact_audience.list_on <= $as_of
UNION
SELECT
    fact_audience.purpose,
    fact_audience.list_on,
    fact_audience.list_change,
    CAST(NULL AS BIGINT) AS partner_user_key,
    hash_meanings.identifier_key AS email_key,
    CAST(NULL AS BIGINT) AS phone_key
FROM fact_audience
INNER JOIN hash_meanings ON fact_audience.email_key = hash_meanings.hashed_key AND hash_meanings.is_normalized
LEFT JOIN hashed_keys ON fact_audience.email_key = hashed_keys.hashed_key
WHERE
    hashed_keys.hashed_key IS NULL
    AND fact_audience.received_on <= $as_of
    AND fact_audience.list_on <= $as_of
