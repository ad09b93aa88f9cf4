-- Which addresses and numbers a hash was made of, among those that a fact of these days names.
-- Grain: hashed_key x identifier_key.
-- Why: only what has come by the as-of date counts, so a night that is run again gives what it gave.
WITH named_keys AS (
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
    hash_candidates.hashed_key,
    hash_candidates.identifier_key,
    hash_candidates.is_normalized
FROM hash_candidates
INNER JOIN named_keys ON hash_candidates.identifier_key = named_keys.identifier_key
