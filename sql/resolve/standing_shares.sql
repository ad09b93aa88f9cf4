-- Acts of sharing as they stand on the as-of date.
-- Grain: share_key.
-- Why: one id with two contents is a conflict and is left out everywhere, so order of arrival decides nothing. Of
-- equal content the latest attributes stand, and the first sighting is named as origin. Nearly every id has one
-- version, so only the ids with several are ranked: ranking all rows cost ten times as much. A hash of a known address
-- stands here as the key of what it was made of.
WITH repeated_ids AS (
    SELECT share_key
    FROM fact_shares
    WHERE received_on <= $as_of
    GROUP BY share_key
    HAVING COUNT(*) > 1
),

ranked_versions AS (
    SELECT
        fact_shares.share_key,
        fact_shares.content_key,
        fact_shares.version_key,
        MIN(fact_shares.content_key) OVER (PARTITION BY fact_shares.share_key)
        <> MAX(fact_shares.content_key) OVER (PARTITION BY fact_shares.share_key) AS is_conflict,
        FIRST_VALUE(fact_shares.file_id) OVER (
            PARTITION BY fact_shares.share_key
            ORDER BY fact_shares.received_on, fact_shares.file_id, fact_shares.record_number, fact_shares.version_key
        ) AS origin_file_id,
        FIRST_VALUE(fact_shares.record_number) OVER (
            PARTITION BY fact_shares.share_key
            ORDER BY fact_shares.received_on, fact_shares.file_id, fact_shares.record_number, fact_shares.version_key
        ) AS origin_record_number,
        ROW_NUMBER() OVER (
            PARTITION BY fact_shares.share_key
            ORDER BY
                CASE WHEN last_received_on <= $as_of THEN last_received_on ELSE received_on END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_file_id ELSE file_id END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_record_number ELSE record_number END DESC,
                fact_shares.version_key DESC
        ) AS attribute_rank
    FROM fact_shares
    INNER JOIN repeated_ids ON fact_shares.share_key = repeated_ids.share_key
    WHERE fact_shares.received_on <= $as_of
)

SELECT
    fact_shares.share_key,
    fact_shares.shareable_key,
    fact_shares.partner_share_key,
    fact_shares.advocate_partner_user_key,
    COALESCE(hashed_emails.identifier_key, fact_shares.advocate_email_key) AS advocate_email_key,
    fact_shares.advocate_code_key,
    fact_shares.program,
    fact_shares.campaign,
    fact_shares.channel,
    fact_shares.promotion_source,
    fact_shares.shared_at,
    fact_shares.shared_on,
    fact_shares.incentivized,
    fact_shares.container,
    COALESCE(ranked_versions.origin_file_id, fact_shares.file_id) AS file_id,
    COALESCE(ranked_versions.origin_record_number, fact_shares.record_number) AS record_number
FROM fact_shares
LEFT JOIN ranked_versions
    ON
        fact_shares.share_key = ranked_versions.share_key
        AND fact_shares.content_key = ranked_versions.content_key
        AND fact_shares.version_key = ranked_versions.version_key
LEFT JOIN hashed_keys AS hashed_emails ON fact_shares.advocate_email_key = hashed_emails.hashed_key
WHERE
    fact_shares.received_on <= $as_of
    AND fact_shares.shared_on <= $as_of
    AND (
        ranked_versions.share_key IS NULL
        OR (ranked_versions.attribute_rank = 1 AND NOT ranked_versions.is_conflict)
    )
