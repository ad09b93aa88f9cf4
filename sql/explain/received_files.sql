-- What each feed has brought: its files, the newest of them, and what was refused.
-- Grain: feed.
SELECT
    f.feed_id,
    f.kind,
    COUNT(*) AS file_count,
    MAX(f.received_on) AS last_received_on,
    CAST(SUM(f.records) AS BIGINT) AS records,
    CAST(SUM(f.refused) AS BIGINT) AS refused,
    CAST(SUM(f.waiting) AS BIGINT) AS waiting,
    CAST(SUM(CASE WHEN f.status = 'refused' THEN 1 ELSE 0 END) AS BIGINT) AS refused_files
FROM files AS f
GROUP BY f.feed_id, f.kind
ORDER BY f.feed_id
