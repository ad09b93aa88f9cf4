-- Why records were refused, by feed and week: which check of which column, how many, and how much of what came.
-- Grain: feed x week received (its Monday) x reason x column.
-- A record with two faults counts under each.
SELECT
    feed_id,
    week_on,
    reason_code,
    column_name,
    files,
    records,
    share_bps
FROM report_refusals
