-- Customers as the client knows them on the as-of date.
-- Grain: person_record_id.
-- Why: such records describe a standing thing, so the latest version stands as a whole and a change is no conflict.
WITH ranked_versions AS (
    SELECT
        person_record_id,
        partner_user_key,
        email_key,
        phone_key,
        customer_since_on,
        same_person_key,
        received_on,
        ROW_NUMBER() OVER (
            PARTITION BY person_record_id
            ORDER BY
                CASE WHEN last_received_on <= $as_of THEN last_received_on ELSE received_on END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_file_id ELSE file_id END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_record_number ELSE record_number END DESC,
                version_key DESC
        ) AS version_rank
    FROM fact_persons
    WHERE received_on <= $as_of
)

SELECT
    person_record_id,
    partner_user_key,
    email_key,
    phone_key,
    customer_since_on,
    same_person_key,
    received_on
FROM ranked_versions
WHERE version_rank = 1
