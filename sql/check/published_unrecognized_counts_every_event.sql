-- Programs whose unrecognized events by reason do not add up to the unrecognized events.
-- Grain: program; no rows when the check holds.
WITH unrecognized AS (
    SELECT
        program,
        COUNT(*) AS events
    FROM unrecognized_events
    GROUP BY program
),

reported AS (
    SELECT
        program,
        CAST(SUM(events) AS BIGINT) AS events
    FROM report_unrecognized
    GROUP BY program
)

SELECT
    COALESCE(u.program, r.program) AS program,
    u.events AS unrecognized_events,
    r.events AS reported_events
FROM unrecognized AS u
FULL OUTER JOIN reported AS r ON u.program = r.program
WHERE COALESCE(u.events, 0) <> COALESCE(r.events, 0)
