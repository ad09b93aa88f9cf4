-- Clicks on shared links, as delivered.
-- Grain: click and version.
-- Why: one row per version ever seen, with its first and last sighting, so that the order of arrival decides nothing.
SELECT
    CAST(NULL AS BIGINT) AS click_key,
    CAST(NULL AS BIGINT) AS share_key,
    CAST(NULL AS BIGINT) AS shareable_key,
    CAST(NULL AS BIGINT) AS visitor_key,
    CAST(NULL AS BIGINT) AS email_key,
    CAST(NULL AS TIMESTAMP) AS clicked_at,
    CAST(NULL AS DATE) AS clicked_on,
    CAST(NULL AS VARCHAR) AS container,
    CAST(NULL AS VARCHAR) AS file_id,
    CAST(NULL AS BIGINT) AS record_number,
    CAST(NULL AS DATE) AS received_on,
    CAST(NULL AS BIGINT) AS facts_seq,
    CAST(NULL AS VARCHAR) AS last_file_id,
    CAST(NULL AS BIGINT) AS last_record_number,
    CAST(NULL AS DATE) AS last_received_on,
    CAST(NULL AS BIGINT) AS content_key,
    CAST(NULL AS BIGINT) AS version_key
WHERE FALSE
