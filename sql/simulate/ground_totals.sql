-- By which grounds events are recognized now and would be then.
-- Grain: program × recognition_type × on_event.
-- Why: shows where recognitions go when a ground is weakened: to nobody, or to the next ground.
WITH sides AS (
    SELECT program, now_recognition_type AS recognition_type, now_on_event AS on_event, 1 AS now_count, 0 AS then_count
    FROM decision_changes
    WHERE now_recognition_type IS NOT NULL
    UNION ALL
    SELECT program, then_recognition_type, then_on_event, 0, 1
    FROM decision_changes
    WHERE then_recognition_type IS NOT NULL
)

SELECT
    program,
    recognition_type,
    on_event,
    CAST(SUM(now_count) AS BIGINT) AS now_count,
    CAST(SUM(then_count) AS BIGINT) AS then_count
FROM sides
GROUP BY program, recognition_type, on_event
ORDER BY program, recognition_type, on_event DESC
