-- How many members the last whole list of each purpose before a day has.
-- Grain: purpose.
-- Why: a list is compared with the one that it would replace, which is the one before by date, whenever it arrived.

WITH whole_lists AS (
    SELECT
        l.purpose,
        MAX(l.list_on) AS list_on
    FROM fact_audience_lists AS l
    WHERE l.list_change IS NULL AND l.list_on < $list_on
    GROUP BY l.purpose
)

SELECT
    w.purpose,
    w.list_on,
    COUNT(DISTINCT m.audience_record_id) AS members
FROM whole_lists AS w
LEFT JOIN fact_audience AS m
    ON w.purpose = m.purpose AND w.list_on = m.list_on AND m.list_change IS NULL
GROUP BY w.purpose, w.list_on
ORDER BY w.purpose
