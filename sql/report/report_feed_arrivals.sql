-- The arrival calendar: what was expected of each feed and came, day by day.
-- Grain: feed x day.
-- Why: judged in Python as of the date, from the journal and the files, since weekdays, holidays and what is usual are
-- the feed's configuration; this table adds nothing, so that there is one judgement only.
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
FROM feed_arrivals
