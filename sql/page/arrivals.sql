-- The last seven days of the arrival calendar, of the feeds that had anything to show in them.
-- Grain: feed x day.
SELECT
    feed_id,
    day_on,
    is_expected,
    files,
    state,
    detail
FROM report_feed_arrivals
WHERE day_on > $as_of - 7 AND day_on <= $as_of
ORDER BY feed_id, day_on
