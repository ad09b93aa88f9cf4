-- The arrival calendar: what was expected of each feed and came, day by day.
-- Grain: feed x day.
-- Expected days are judged for feeds that declare `expect`; the other feeds show the days on which something came. A file
-- belongs to the day in its name, else to the night that picked it up.
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
