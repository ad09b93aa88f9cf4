-- Coupons as they stand on the as-of date.
-- Grain: coupon_key.
-- Why: such records describe a standing thing, so the latest version stands as a whole and a change is no conflict.
WITH ranked_versions AS (
    SELECT
        coupon_key,
        purpose,
        share_key,
        advocate_partner_user_key,
        advocate_email_key,
        advocate_code_key,
        issued_to_email_key,
        issued_at,
        issued_on,
        valid_from,
        valid_until,
        revoked_on,
        single_use,
        program,
        file_id,
        record_number,
        ROW_NUMBER() OVER (
            PARTITION BY coupon_key
            ORDER BY
                CASE WHEN last_received_on <= $as_of THEN last_received_on ELSE received_on END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_file_id ELSE file_id END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_record_number ELSE record_number END DESC,
                version_key DESC
        ) AS version_rank
    FROM fact_coupons
    WHERE received_on <= $as_of
)

SELECT
    coupon_key,
    purpose,
    share_key,
    advocate_partner_user_key,
    advocate_email_key,
    advocate_code_key,
    issued_to_email_key,
    issued_at,
    issued_on,
    valid_from,
    valid_until,
    revoked_on,
    single_use,
    program,
    file_id,
    record_number
FROM ranked_versions
WHERE version_rank = 1 AND (issued_on IS NULL OR issued_on <= $as_of)
