-- Enrolled advocates as they stand on the as-of date.
-- Grain: advocate_record_id.
-- Why: such records describe a standing thing, so the latest version stands as a whole and a change is no conflict.
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
    record_number
FROM ranked_versions
WHERE version_rank = 1 AND (enrolled_on IS NULL OR enrolled_on <= $as_of)
