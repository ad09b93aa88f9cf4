-- What came in altogether: files by status and what became of their records.
-- Grain: one row.
SELECT
    COUNT(*) AS files,
    CAST(COALESCE(SUM(CASE WHEN status = 'loaded' THEN 1 ELSE 0 END), 0) AS BIGINT) AS files_loaded,
    CAST(COALESCE(SUM(CASE WHEN status = 'refused' THEN 1 ELSE 0 END), 0) AS BIGINT) AS files_refused,
    CAST(COALESCE(SUM(CASE WHEN status = 'duplicate' THEN 1 ELSE 0 END), 0) AS BIGINT) AS files_duplicate,
    CAST(COALESCE(SUM(CASE WHEN status = 'superseded' THEN 1 ELSE 0 END), 0) AS BIGINT) AS files_superseded,
    CAST(COALESCE(SUM(CASE WHEN status = 'waiting' THEN 1 ELSE 0 END), 0) AS BIGINT) AS files_waiting,
    CAST(COALESCE(SUM(records), 0) AS BIGINT) AS records,
    CAST(COALESCE(SUM(accepted), 0) AS BIGINT) AS accepted,
    CAST(COALESCE(SUM(refused), 0) AS BIGINT) AS refused,
    CAST(COALESCE(SUM(duplicates), 0) AS BIGINT) AS duplicates,
    CAST(COALESCE(SUM(conflicts), 0) AS BIGINT) AS conflicts,
    CAST(COALESCE(SUM(waiting), 0) AS BIGINT) AS waiting,
    CAST(COALESCE(SUM(control_lines), 0) AS BIGINT) AS control_lines
FROM files
WHERE received_on >= $from_on AND received_on <= $until_on
