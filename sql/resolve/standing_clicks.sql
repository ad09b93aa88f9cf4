-- Clicks on shared links as they stand on the as-of date.
-- Grain: click_key.
-- Why: one id with two contents is a conflict and is left out everywhere, so order of arrival decides nothing. Of
-- equal content the latest attributes stand, and the first sighting is named as origin. Nearly every id has one
-- version, so only the ids with several are ranked: ranking all rows cost ten times as much. A hash of a known address
-- stands here as the key of what it was made of.
WITH repeated_ids AS (
    SELECT click_key
    FROM fact_clicks
    WHERE received_on <= $as_of
    GROUP BY click_key
    HAVING COUNT(*) > 1
),

ranked_versions AS (
    SELECT
        fact_clicks.click_key,
        fact_clicks.content_key,
        fact_clicks.version_key,
        MIN(fact_clicks.content_key) OVER (PARTITION BY fact_clicks.click_key)
        <> MAX(fact_clicks.content_key) OVER (PARTITION BY fact_clicks.click_key) AS is_conflict,
        FIRST_VALUE(fact_clicks.file_id) OVER (
            PARTITION BY fact_clicks.click_key
            ORDER BY fact_clicks.received_on, fact_clicks.file_id, fact_clicks.record_number, fact_clicks.version_key
        ) AS origin_file_id,
        FIRST_VALUE(fact_clicks.record_number) OVER (
            PARTITION BY fact_clicks.click_key
            ORDER BY fact_clicks.received_on, fact_clicks.file_id, fact_clicks.record_number, fact_clicks.version_key
        ) AS origin_record_number,
        ROW_NUMBER() OVER (
            PARTITION BY fact_clicks.click_key
            ORDER BY
                CASE WHEN last_received_on <= $as_of THEN last_received_on ELSE received_on END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_file_id ELSE file_id END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_record_number ELSE record_number END DESC,
                fact_clicks.version_key DESC
        ) AS attribute_rank
    FROM fact_clicks
    INNER JOIN repeated_ids ON fact_clicks.click_key = repeated_ids.click_key
    WHERE fact_clicks.received_on <= $as_of
)

SELECT
    fact_clicks.click_key,
    fact_clicks.share_key,
    fact_clicks.shareable_key,
    fact_clicks.visitor_key,
    COALESCE(hashed_emails.identifier_key, fact_clicks.email_key) AS email_key,
    fact_clicks.clicked_at,
    fact_clicks.clicked_on,
    fact_clicks.container,
    COALESCE(ranked_versions.origin_file_id, fact_clicks.file_id) AS file_id,
    COALESCE(ranked_versions.origin_record_number, fact_clicks.record_number) AS record_number
FROM fact_clicks
LEFT JOIN ranked_versions
    ON
        fact_clicks.click_key = ranked_versions.click_key
        AND fact_clicks.content_key = ranked_versions.content_key
        AND fact_clicks.version_key = ranked_versions.version_key
LEFT JOIN hashed_keys AS hashed_emails ON fact_clicks.email_key = hashed_emails.hashed_key
WHERE
    fact_clicks.received_on <= $as_of
    AND fact_clicks.clicked_on <= $as_of
    AND (
        ranked_versions.click_key IS NULL
        OR (ranked_versions.attribute_rank = 1 AND NOT ranked_versions.is_conflict)
    )
