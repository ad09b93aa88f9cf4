-- Coupons as they stand on the as-of date.
-- Grain: coupon_key.
-- Why: such records describe a standing thing, so the latest version stands as a whole and a change is no conflict. A
-- hash of a known address or number stands here as the key of what it was made of.
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
    ranked_versions.coupon_key,
    ranked_versions.purpose,
    ranked_versions.share_key,
    ranked_versions.advocate_partner_user_key,
    COALESCE(hashed_advocates.identifier_key, ranked_versions.advocate_email_key) AS advocate_email_key,
    ranked_versions.advocate_code_key,
    COALESCE(hashed_holders.identifier_key, ranked_versions.issued_to_email_key) AS issued_to_email_key,
    ranked_versions.issued_at,
    ranked_versions.issued_on,
    ranked_versions.valid_from,
    ranked_versions.valid_until,
    ranked_versions.revoked_on,
    ranked_versions.single_use,
    ranked_versions.program,
    ranked_versions.file_id,
    ranked_versions.record_number
FROM ranked_versions
LEFT JOIN hashed_keys AS hashed_advocates ON ranked_versions.advocate_email_key = hashed_advocates.hashed_key
LEFT JOIN hashed_keys AS hashed_holders ON ranked_versions.issued_to_email_key = hashed_holders.hashed_key
WHERE ranked_versions.version_rank = 1 AND (ranked_versions.issued_on IS NULL OR ranked_versions.issued_on <= $as_of)
