-- How good is each feed? Records that were not accepted, and why most often; a duplicate was delivered before and adds nothing.
-- Grain: feed.
SELECT
    feed_id,
    SUM(files) AS files,
    SUM(records) AS records,
    SUM(refused) AS refused,
    SUM(duplicates) AS duplicates,
    SUM(conflicts) AS conflicts,
    10000 * SUM(refused) // NULLIF(SUM(records), 0) AS refused_bps
FROM report_feed_quality
GROUP BY feed_id
ORDER BY refused DESC, duplicates DESC, feed_id
