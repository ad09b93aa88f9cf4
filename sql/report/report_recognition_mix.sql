-- How friends were recognized: events, journeys, friends and advocates by recognition type and basis.
-- Grain: program x recognition type x basis, over recognized production events.
-- share_bps is this row's share of the program's recognized events, in basis points, rounded half up.
WITH program_totals AS (
    SELECT
        program,
        COUNT(*) AS program_events
    FROM attributed_events
    GROUP BY program
),

mix AS (
    SELECT
        program,
        recognition_type,
        label,
        basis,
        COUNT(*) AS events,
        COUNT(DISTINCT journey_id) AS journeys,
        COUNT(DISTINCT friend_id) AS friends,
        COUNT(DISTINCT advocate_id) AS advocates,
        CAST(SUM(CASE WHEN is_initial THEN 1 ELSE 0 END) AS BIGINT) AS initial_events,
        CAST(SUM(CASE WHEN eligible THEN 1 ELSE 0 END) AS BIGINT) AS eligible_events
    FROM attributed_events
    GROUP BY program, recognition_type, label, basis
)

SELECT
    m.program,
    m.recognition_type,
    m.label,
    m.basis,
    m.events,
    m.initial_events,
    m.eligible_events,
    m.journeys,
    m.friends,
    m.advocates,
    CAST((20000 * m.events + t.program_events) // (2 * t.program_events) AS BIGINT) AS share_bps
FROM mix AS m
INNER JOIN program_totals AS t ON m.program = t.program
