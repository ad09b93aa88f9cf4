-- Recipients of shares as they stand on the as-of date.
-- Grain: email_id.
-- Why: one id with two contents is a conflict and is left out everywhere, so order of arrival decides nothing. Of
-- equal content the latest attributes stand, and the first sighting is named as origin. Nearly every id has one
-- version, so only the ids with several are ranked: ranking all rows cost ten times as much. A hash of a known address
-- or number stands here as the key of what it was made of.
WITH repeated_ids AS (
    SELECT email_id
    FROM fact_emails
    WHERE received_on <= $as_of
    GROUP BY email_id
    HAVING COUNT(*) > 1
),

ranked_versions AS (
    SELECT
        fact_emails.email_id,
        fact_emails.content_key,
        fact_emails.version_key,
        MIN(fact_emails.content_key) OVER (PARTITION BY fact_emails.email_id)
        <> MAX(fact_emails.content_key) OVER (PARTITION BY fact_emails.email_id) AS is_conflict,
        FIRST_VALUE(fact_emails.file_id) OVER (
            PARTITION BY fact_emails.email_id
            ORDER BY fact_emails.received_on, fact_emails.file_id, fact_emails.record_number, fact_emails.version_key
        ) AS origin_file_id,
        FIRST_VALUE(fact_emails.record_number) OVER (
            PARTITION BY fact_emails.email_id
            ORDER BY fact_emails.received_on, fact_emails.file_id, fact_emails.record_number, fact_emails.version_key
        ) AS origin_record_number,
        ROW_NUMBER() OVER (
            PARTITION BY fact_emails.email_id
            ORDER BY
                CASE WHEN last_received_on <= $as_of THEN last_received_on ELSE received_on END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_file_id ELSE file_id END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_record_number ELSE record_number END DESC,
                fact_emails.version_key DESC
        ) AS attribute_rank
    FROM fact_emails
    INNER JOIN repeated_ids ON fact_emails.email_id = repeated_ids.email_id
    WHERE fact_emails.received_on <= $as_of
)

SELECT
    fact_emails.email_id,
    fact_emails.share_key,
    COALESCE(hashed_emails.identifier_key, fact_emails.recipient_email_key) AS recipient_email_key,
    COALESCE(hashed_phones.identifier_key, fact_emails.recipient_phone_key) AS recipient_phone_key,
    fact_emails.sent_at,
    fact_emails.sent_on,
    fact_emails.container,
    COALESCE(ranked_versions.origin_file_id, fact_emails.file_id) AS file_id,
    COALESCE(ranked_versions.origin_record_number, fact_emails.record_number) AS record_number
FROM fact_emails
LEFT JOIN ranked_versions
    ON
        fact_emails.email_id = ranked_versions.email_id
        AND fact_emails.content_key = ranked_versions.content_key
        AND fact_emails.version_key = ranked_versions.version_key
LEFT JOIN hashed_keys AS hashed_emails ON fact_emails.recipient_email_key = hashed_emails.hashed_key
LEFT JOIN hashed_keys AS hashed_phones ON fact_emails.recipient_phone_key = hashed_phones.hashed_key
WHERE
    fact_emails.received_on <= $as_of
    AND fact_emails.sent_on <= $as_of
    AND (
        ranked_versions.email_id IS NULL
        OR (ranked_versions.attribute_rank = 1 AND NOT ranked_versions.is_conflict)
    )
