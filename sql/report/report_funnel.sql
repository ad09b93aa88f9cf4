-- How far friends came: what reached each step of the program's tracking plan, how long it took, where friends drop out.
-- Grain: program x event name; '(shared)' and '(clicked)' stand for what comes before the first event.
-- journeys counts the row's unit: shares; friends who clicked or took a step before the program's lowest rewardable
-- stage; journeys from there on, each once per event name. recognized_journeys = those of them with a recognized advocate
-- (shares: through which somebody was recognized, in whichever program). from_before = those that reached the step before too, on the same day or
-- earlier (all clickers come from shares; without clicks, nothing is tied
-- to the shares). share_of_before_bps = from_before / journeys of the step before; the clicked
-- step's may be above 10,000, as one share is clicked by many. Days are whole local days from the step before; the median
-- and the 90th percentile are the values at places (n + 1) // 2 and (9 n + 9) // 10 of n in order. stopped_here =
-- those that never went on to a later step. Production and active events only.
WITH recognized_friends AS (
    SELECT DISTINCT program, friend_id FROM attributed_events
),

going_friends AS (
    SELECT DISTINCT program, friend_id FROM funnel_reaches
),

moves AS (
    SELECT
        program,
        event_name,
        days_from_before,
        COUNT(*) AS units,
        CAST(SUM(CASE WHEN is_recognized THEN 1 ELSE 0 END) AS BIGINT) AS recognized_units,
        CAST(SUM(CASE WHEN is_from_before THEN 1 ELSE 0 END) AS BIGINT) AS from_before,
        CAST(SUM(CASE WHEN last_step_number = step_number THEN 1 ELSE 0 END) AS BIGINT) AS stopped_here
    FROM funnel_moves
    GROUP BY program, event_name, days_from_before
    UNION ALL
    SELECT
        c.program,
        '(clicked)' AS event_name,
        c.days_since_share AS days_from_before,
        COUNT(*) AS units,
        COUNT(f.friend_id) AS recognized_units,
        COUNT(*) AS from_before,
        COUNT(*) - COUNT(g.friend_id) AS stopped_here
    FROM first_clicks AS c
    LEFT JOIN recognized_friends AS f ON c.program = f.program AND c.friend_id = f.friend_id
    LEFT JOIN going_friends AS g ON c.program = g.program AND c.friend_id = g.friend_id
    GROUP BY c.program, c.days_since_share
),

placed_moves AS (
    SELECT
        program,
        event_name,
        days_from_before,
        units,
        recognized_units,
        from_before,
        stopped_here,
        CAST(SUM(CASE WHEN days_from_before IS NOT NULL THEN units ELSE 0 END) OVER (
            PARTITION BY program, event_name
            ORDER BY days_from_before NULLS LAST
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS last_place,
        CAST(SUM(CASE WHEN days_from_before IS NOT NULL THEN units ELSE 0 END) OVER (
            PARTITION BY program, event_name
        ) AS BIGINT) AS timed
    FROM moves
),

counted_shares AS (
    SELECT
        program,
        '(shared)' AS event_name,
        CAST(SUM(shares) AS BIGINT) AS journeys
    FROM sharing_days
    GROUP BY program
),

recognized_shares AS (
    SELECT
        share_program AS program,
        '(shared)' AS event_name,
        COUNT(DISTINCT share_id) AS recognized_journeys
    FROM attributed_events
    GROUP BY share_program
),

counted AS (
    SELECT
        program,
        event_name,
        CAST(SUM(units) AS BIGINT) AS journeys,
        CAST(SUM(recognized_units) AS BIGINT) AS recognized_journeys,
        CAST(SUM(from_before) AS BIGINT) AS from_before,
        MIN(CASE WHEN last_place >= (timed + 1) // 2 THEN days_from_before END) AS median_days_from_before,
        MIN(CASE WHEN last_place >= (9 * timed + 9) // 10 THEN days_from_before END) AS p90_days_from_before,
        CAST(SUM(stopped_here) AS BIGINT) AS stopped_here
    FROM placed_moves
    GROUP BY program, event_name
    UNION ALL
    SELECT
        s.program,
        s.event_name,
        s.journeys,
        COALESCE(r.recognized_journeys, 0) AS recognized_journeys,
        NULL AS from_before,
        NULL AS median_days_from_before,
        NULL AS p90_days_from_before,
        NULL AS stopped_here
    FROM counted_shares AS s
    LEFT JOIN recognized_shares AS r ON s.program = r.program AND s.event_name = r.event_name
),

compared AS (
    SELECT
        s.program,
        s.event_name,
        b.journeys,
        c.from_before
    FROM funnel_steps AS s
    INNER JOIN counted AS c ON s.program = c.program AND s.event_name = c.event_name
    INNER JOIN counted AS b ON s.program = b.program AND s.previous_event_name = b.event_name
    WHERE s.previous_unit <> 'shares' OR s.event_name = '(clicked)'
)

SELECT
    s.program,
    s.event_name,
    s.stage,
    c.journeys,
    c.recognized_journeys,
    s.step_number,
    s.unit,
    s.previous_event_name,
    b.from_before,
    CASE WHEN b.journeys > 0 THEN CAST((10000 * b.from_before) // b.journeys AS BIGINT) END AS share_of_before_bps,
    c.median_days_from_before,
    c.p90_days_from_before,
    c.stopped_here
FROM funnel_steps AS s
INNER JOIN counted AS c ON s.program = c.program AND s.event_name = c.event_name
LEFT JOIN compared AS b ON s.program = b.program AND s.event_name = b.event_name
