-- What was delivered altogether.
-- Grain: one row.
SELECT
    CAST(COALESCE(SUM(files), 0) AS BIGINT) AS files,
    CAST(COALESCE(SUM(files_loaded), 0) AS BIGINT) AS files_loaded,
    CAST(COALESCE(SUM(records), 0) AS BIGINT) AS records,
    CAST(COALESCE(SUM(accepted), 0) AS BIGINT) AS accepted,
    CAST(COALESCE(SUM(refused), 0) AS BIGINT) AS refused,
    CAST(COALESCE(SUM(duplicates), 0) AS BIGINT) AS duplicates
FROM report_feed_quality
