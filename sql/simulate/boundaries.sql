-- How many candidates lie close to the look-back of their ground, on either side of it; kept for each side.
-- Grain: program × recognition_type × on_event.
-- Why: tells how much depends on the exact number of days. `inside` counts those whose last days of counting they are,
-- `inside_won` those of them that recognize somebody, `outside` those that would count a few days later.
WITH limits AS (
    SELECT
        c.program, c.recognition_type, c.on_event, c.outcome, c.reason_code, g.look_back_days,
        e.occurred_on AS root_on,
        c.evidence_on + g.look_back_days AS last_on
    FROM recognition_candidates AS c
    INNER JOIN events AS e ON c.event_id = e.event_id
    INNER JOIN config_grounds AS g
        ON c.program = g.program AND c.recognition_type = g.recognition_type AND c.on_event = g.on_event
    WHERE
        c.recognition_type <> 'MANUAL'
        AND e.container <> 'test'
        AND e.occurred_on BETWEEN $from_on AND $to_on
),

sides AS (
    SELECT
        program, recognition_type, on_event, look_back_days, outcome,
        root_on <= last_on AND root_on + $near_days > last_on AS is_inside,
        root_on > last_on AND root_on <= last_on + $near_days AND reason_code = 'out_of_look_back' AS is_outside
    FROM limits
)

SELECT
    program,
    recognition_type,
    on_event,
    look_back_days,
    CAST(SUM(CASE WHEN is_inside THEN 1 ELSE 0 END) AS BIGINT) AS inside,
    CAST(SUM(CASE WHEN is_inside AND outcome = 'won' THEN 1 ELSE 0 END) AS BIGINT) AS inside_won,
    CAST(SUM(CASE WHEN is_outside THEN 1 ELSE 0 END) AS BIGINT) AS outside
FROM sides
GROUP BY program, recognition_type, on_event, look_back_days
HAVING SUM(CASE WHEN is_inside OR is_outside THEN 1 ELSE 0 END) > 0
ORDER BY program, recognition_type, on_event DESC
