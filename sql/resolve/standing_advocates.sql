-- Enrolled advocates as they stand on the as-of date.
-- Grain: advocate_record_id.
-- Why: such records describe a standing thing, so the latest version stands as a whole and a change is no conflict. A
-- hash of a known address or number stands here as the key of what it was made of.
WITH ranked_versions AS (
    SELECT
        advocate_record_id,
        partner_user_key,
        email_key,
        phone_key,
        advocate_code_key,
        shareable_key,
        enrolled_on,
        left_on,
        pay_to_key,
        file_id,
        record_number,
        ROW_NUMBER() OVER (
            PARTITION BY advocate_record_id
            ORDER BY
                CASE WHEN last_received_on <= $as_of THEN last_received_on ELSE received_on END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_file_id ELSE file_id END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_record_number ELSE record_number END DESC,
                version_key DESC
        ) AS version_rank
    FROM fact_advocates
    WHERE received_on <= $as_of
)

SELECT
    ranked_versions.advocate_record_id,
    ranked_versions.partner_user_key,
    COALESCE(hashed_emails.identifier_key, ranked_versions.email_key) AS email_key,
    COALESCE(hashed_phones.identifier_key, ranked_versions.phone_key) AS phone_key,
    ranked_versions.advocate_code_key,
    ranked_versions.shareable_key,
    ranked_versions.enrolled_on,
    ranked_versions.left_on,
    ranked_versions.pay_to_key,
    ranked_versions.file_id,
    ranked_versions.record_number
FROM ranked_versions
LEFT JOIN hashed_keys AS hashed_emails ON ranked_versions.email_key = hashed_emails.hashed_key
LEFT JOIN hashed_keys AS hashed_phones ON ranked_versions.phone_key = hashed_phones.hashed_key
WHERE
    ranked_versions.version_rank = 1
    AND (ranked_versions.enrolled_on IS NULL OR ranked_versions.enrolled_on <= $as_of)
