-- How many seconds before the root the friend last clicked an advocate's link (`seconds_after_click`).
-- Grain: recognized root × program, where such a click lies within the day before.
-- Why: nobody fills in a form in three seconds. A longer time is no sign of anything, so no number stands for it; neither
-- for a root of which only the date is known. Clicks count to the second, up to that of the root.
WITH timed_roots AS (
    SELECT d.root_event_id, d.program, d.journey_id, d.container, DATE_TRUNC('second', d.root_at) AS root_at
    FROM root_decisions AS d
    INNER JOIN config_quality AS q ON d.program = q.program AND q.rule = 'seconds_after_click'
    INNER JOIN events AS e ON d.root_event_id = e.event_id AND e.time_precision <> 'day'
),

last_clicks AS (
    SELECT r.root_event_id, r.program, r.root_at, MAX(DATE_TRUNC('second', t.touched_at)) AS clicked_at
    FROM timed_roots AS r
    INNER JOIN touches AS t ON r.journey_id = t.journey_id AND r.container = t.container
    LEFT JOIN events AS e ON t.act_key = e.event_id
    WHERE e.event_id IS NULL AND DATE_TRUNC('second', t.touched_at) <= r.root_at
    GROUP BY r.root_event_id, r.program, r.root_at
),

clock_times AS (
    SELECT
        root_event_id,
        program,
        CAST(root_at AS DATE) AS root_day,
        CAST(clicked_at AS DATE) AS clicked_day,
        CAST(EXTRACT(HOUR FROM root_at) AS BIGINT) * 3600 + CAST(EXTRACT(MINUTE FROM root_at) AS BIGINT) * 60
        + CAST(EXTRACT(SECOND FROM root_at) AS BIGINT) AS root_second,
        CAST(EXTRACT(HOUR FROM clicked_at) AS BIGINT) * 3600 + CAST(EXTRACT(MINUTE FROM clicked_at) AS BIGINT) * 60
        + CAST(EXTRACT(SECOND FROM clicked_at) AS BIGINT) AS clicked_second
    FROM last_clicks
)

SELECT
    root_event_id,
    program,
    'seconds_after_click' AS rule,
    root_second - clicked_second + CASE WHEN root_day > clicked_day THEN 86400 ELSE 0 END AS observed
FROM clock_times
WHERE root_day = clicked_day OR (clicked_day + 1 = root_day AND clicked_second > root_second)
