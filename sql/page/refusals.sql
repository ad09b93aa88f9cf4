-- Why records were refused: which check of which column of which feed, the most recent weeks first.
-- Grain: feed x week x reason x column; the first forty.
SELECT
    feed_id,
    week_on,
    reason_code,
    COALESCE(column_name, '') AS column_name,
    files,
    records,
    share_bps,
    COUNT(*) OVER () AS all_refusals
FROM report_refusals
ORDER BY week_on DESC, records DESC, feed_id ASC, reason_code ASC, column_name ASC
LIMIT 40
