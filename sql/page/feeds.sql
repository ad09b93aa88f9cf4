-- What each feed delivered, and its most frequent reason of refusal.
-- Grain: feed.
WITH totals AS (
    SELECT
        feed_id,
        CAST(SUM(files) AS BIGINT) AS files,
        CAST(SUM(files_refused) AS BIGINT) AS files_refused,
        CAST(SUM(records) AS BIGINT) AS records,
        CAST(SUM(accepted) AS BIGINT) AS accepted,
        CAST(SUM(duplicates) AS BIGINT) AS duplicates,
        CAST(SUM(refused) AS BIGINT) AS refused,
        CAST(SUM(conflicts) AS BIGINT) AS conflicts,
        CAST(SUM(waiting) AS BIGINT) AS waiting,
        MAX(received_on) AS last_on
    FROM report_feed_quality
    GROUP BY feed_id
),

reasons AS (
    SELECT
        feed_id,
        top_reason_code,
        ROW_NUMBER() OVER (
            PARTITION BY feed_id
            ORDER BY CAST(SUM(top_reason_records) AS BIGINT) DESC, top_reason_code
        ) AS reason_rank
    FROM report_feed_quality
    WHERE top_reason_code IS NOT NULL
    GROUP BY feed_id, top_reason_code
)

SELECT
    t.feed_id,
    t.files,
    t.files_refused,
    t.records,
    t.accepted,
    t.duplicates,
    t.refused,
    t.conflicts,
    t.waiting,
    t.last_on,
    r.top_reason_code
FROM totals AS t
LEFT JOIN reasons AS r ON t.feed_id = r.feed_id AND r.reason_rank = 1
ORDER BY t.feed_id ASC
