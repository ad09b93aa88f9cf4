-- The advocates for whom most changes: recognitions that each would gain and lose.
-- Grain: advocate.
-- Why: who calls first when the terms change. Ids only; `explain` and the published tables tell the rest.
WITH moves AS (
    SELECT then_advocate_id AS advocate_id, 1 AS gained, 0 AS lost
    FROM decision_changes
    WHERE change IN ('gained', 'changed_advocate')
    UNION ALL
    SELECT now_advocate_id, 0, 1
    FROM decision_changes
    WHERE change IN ('lost', 'changed_advocate')
),

advocates_moved AS (
    SELECT
        advocate_id,
        CAST(SUM(gained) AS BIGINT) AS gained,
        CAST(SUM(lost) AS BIGINT) AS lost,
        COUNT(*) AS changes
    FROM moves
    GROUP BY advocate_id
),

ranked_advocates AS (
    SELECT
        advocate_id,
        gained,
        lost,
        ROW_NUMBER() OVER (ORDER BY changes DESC, advocate_id) AS place,
        COUNT(*) OVER () AS advocate_count
    FROM advocates_moved
)

SELECT
    advocate_id,
    gained,
    lost,
    advocate_count
FROM ranked_advocates
WHERE place <= $most_advocates
ORDER BY place
