-- The arrival calendar.
-- Grain: feed x day.
SELECT
    feed_id,
    day_on,
    is_expected,
    files,
    records,
    usual_records,
    state,
    findings,
    detail
FROM report_feed_arrivals
ORDER BY feed_id, day_on
