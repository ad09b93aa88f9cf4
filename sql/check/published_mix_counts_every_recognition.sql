-- Programs whose recognition mix does not add up to the recognized production events.
-- Grain: program; no rows when the check holds.
WITH recognized AS (
    SELECT
        program,
        COUNT(*) AS events
    FROM recognitions
    WHERE container = 'production'
    GROUP BY program
),

mixed AS (
    SELECT
        program,
        CAST(SUM(events) AS BIGINT) AS events
    FROM report_recognition_mix
    GROUP BY program
)

SELECT
    COALESCE(r.program, m.program) AS program,
    r.events AS recognized_events,
    m.events AS mixed_events
FROM recognized AS r
FULL OUTER JOIN mixed AS m ON r.program = m.program
WHERE COALESCE(r.events, 0) <> COALESCE(m.events, 0)
