-- The steps of each program's funnel in their order: shared, clicked, then the events that somebody reached.
-- Grain: program x event name.
-- Why: steps that friends take come before those of journeys; then the catalog's stages decide, within one stage the
-- rewardable event first, then the name. An event that nobody reached is no step: nothing could be compared with it.
WITH reached AS (
    SELECT DISTINCT program, event_name, unit FROM funnel_reaches
    UNION
    SELECT DISTINCT
        program,
        '(clicked)' AS event_name,
        'friends' AS unit
    FROM first_clicks
    UNION
    SELECT DISTINCT
        program,
        '(shared)' AS event_name,
        'shares' AS unit
    FROM sharing_days
),

numbered AS (
    SELECT
        r.program,
        r.event_name,
        r.unit,
        c.stage,
        ROW_NUMBER() OVER (
            PARTITION BY r.program
            ORDER BY
                CASE
                    WHEN r.event_name = '(shared)' THEN 1
                    WHEN r.event_name = '(clicked)' THEN 2
                    WHEN r.unit = 'friends' THEN 3
                    ELSE 4
                END,
                c.stage NULLS FIRST,
                CASE WHEN c.rewardable THEN 0 ELSE 1 END,
                r.event_name
        ) AS step_number
    FROM reached AS r
    LEFT JOIN config_events AS c ON r.event_name = c.event_name
)

SELECT
    n.program,
    n.event_name,
    n.unit,
    n.stage,
    n.step_number,
    b.event_name AS previous_event_name,
    b.unit AS previous_unit,
    a.event_name AS next_event_name
FROM numbered AS n
LEFT JOIN numbered AS b ON n.program = b.program AND n.step_number = b.step_number + 1
LEFT JOIN numbered AS a ON n.program = a.program AND n.step_number = a.step_number - 1
