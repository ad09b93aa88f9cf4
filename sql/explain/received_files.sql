-- What each feed has brought: its files, the day of the newest, of which days those events are, and what was refused.
-- Grain: feed.
-- Why the days of the newest events: whoever misses an event sees whether the files reach as far as its day.
WITH feed_days AS (
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
),

covered_days AS (
    SELECT
        d.feed_id,
        d.kind,
        MIN(e.occurred_on) AS first_occurred_on,
        MAX(e.occurred_on) AS last_occurred_on
    FROM feed_days AS d
    INNER JOIN files AS f ON d.feed_id = f.feed_id AND d.kind = f.kind AND d.last_received_on = f.received_on
    INNER JOIN events AS e ON f.file_id = e.file_id
    GROUP BY d.feed_id, d.kind
)

SELECT
    d.feed_id,
    d.kind,
    d.file_count,
    d.last_received_on,
    c.first_occurred_on AS last_covers_from_on,
    c.last_occurred_on AS last_covers_until_on,
    d.records,
    d.refused,
    d.waiting,
    d.refused_files
FROM feed_days AS d
LEFT JOIN covered_days AS c ON d.feed_id = c.feed_id AND d.kind = c.kind
ORDER BY d.feed_id
