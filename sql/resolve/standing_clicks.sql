-- Clicks on shared links as they stand on the as-of date.
-- Grain: click_key.
-- Why: one id with two contents is a conflict and is left out everywhere, so order of arrival decides nothing. Of
-- equal content the latest attributes stand, and the first sighting is named as origin.
WITH visible_versions AS (
    SELECT
        click_key,
        share_key,
        shareable_key,
        visitor_key,
        email_key,
        clicked_at,
        clicked_on,
        container,
        MIN(content_key) OVER (PARTITION BY click_key) AS smallest_content_key,
        MAX(content_key) OVER (PARTITION BY click_key) AS greatest_content_key,
        FIRST_VALUE(file_id) OVER (
            PARTITION BY click_key ORDER BY received_on, file_id, record_number, version_key
        ) AS origin_file_id,
        FIRST_VALUE(record_number) OVER (
            PARTITION BY click_key ORDER BY received_on, file_id, record_number, version_key
        ) AS origin_record_number,
        ROW_NUMBER() OVER (
            PARTITION BY click_key
            ORDER BY
                CASE WHEN last_received_on <= $as_of THEN last_received_on ELSE received_on END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_file_id ELSE file_id END DESC,
                CASE WHEN last_received_on <= $as_of THEN last_record_number ELSE record_number END DESC,
                version_key DESC
        ) AS attribute_rank
    FROM fact_clicks
    WHERE received_on <= $as_of
)

SELECT
    click_key,
    share_key,
    shareable_key,
    visitor_key,
    email_key,
    clicked_at,
    clicked_on,
    container,
    origin_file_id AS file_id,
    origin_record_number AS record_number
FROM visible_versions
WHERE attribute_rank = 1 AND smallest_content_key = greatest_content_key AND clicked_on <= $as_of
