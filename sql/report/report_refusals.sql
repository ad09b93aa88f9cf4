-- Why records were refused, by feed and week: which check of which column, how many, and how much of what came.
-- Grain: feed x week received (its Monday) x reason x column; the column is empty where the whole record is at fault.
-- A record with two faults counts under each. share_bps is the part of all records of the feed's week, rounded down.
-- Why by week: a sender's mistake shows as a jump, and its mending as an end; days are too few records to see either.
WITH feed_weeks AS (
    SELECT
        feed_id,
        CAST(DATE_TRUNC('week', received_on) AS DATE) AS week_on,
        CAST(SUM(COALESCE(records, 0)) AS BIGINT) AS week_records
    FROM files
    WHERE received_on <= $as_of
    GROUP BY feed_id, CAST(DATE_TRUNC('week', received_on) AS DATE)
),

refused_records AS (
    SELECT
        f.feed_id,
        CAST(DATE_TRUNC('week', f.received_on) AS DATE) AS week_on,
        r.reason_code,
        r.column_name,
        r.file_id,
        COUNT(DISTINCT r.record_number) AS records
    FROM refusals AS r
    INNER JOIN files AS f ON r.file_id = f.file_id
    WHERE f.received_on <= $as_of
    GROUP BY f.feed_id, CAST(DATE_TRUNC('week', f.received_on) AS DATE), r.reason_code, r.column_name, r.file_id
),

counted_refusals AS (
    SELECT
        feed_id,
        week_on,
        reason_code,
        column_name,
        COUNT(*) AS files,
        CAST(SUM(records) AS BIGINT) AS records
    FROM refused_records
    GROUP BY feed_id, week_on, reason_code, column_name
)

SELECT
    c.feed_id,
    c.week_on,
    c.reason_code,
    c.column_name,
    c.files,
    c.records,
    CASE WHEN w.week_records > 0 THEN CAST(10000 * c.records // w.week_records AS BIGINT) END AS share_bps
FROM counted_refusals AS c
INNER JOIN feed_weeks AS w ON c.feed_id = w.feed_id AND c.week_on = w.week_on
