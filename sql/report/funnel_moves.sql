-- Each friend's or journey's steps of events, with whether they came from the step before, after how many days, and went on.
-- Grain: program x event name x unit.
-- Why: a journey is compared with the same journey's step before, or with its friend's where that step is a friend's. A
-- step that was reached earlier than the one before it did not come from there. last_step_number is the furthest step of
-- the journey; for a friend's step, of the friend and all of the friend's journeys in the program.
WITH placed_reaches AS (
    SELECT
        r.program,
        r.event_name,
        r.unit,
        r.unit_id,
        r.friend_id,
        r.reached_on,
        s.step_number,
        s.previous_event_name,
        CASE WHEN s.previous_unit = 'friends' THEN r.friend_id ELSE r.unit_id END AS previous_unit_id
    FROM funnel_reaches AS r
    INNER JOIN funnel_steps AS s ON r.program = s.program AND r.event_name = s.event_name
),

last_journey_steps AS (
    SELECT
        program,
        unit_id,
        MAX(step_number) AS last_step_number
    FROM placed_reaches
    WHERE unit = 'journeys'
    GROUP BY program, unit_id
),

last_friend_steps AS (
    SELECT
        program,
        friend_id,
        MAX(step_number) AS last_step_number
    FROM placed_reaches
    GROUP BY program, friend_id
),

recognized_friends AS (
    SELECT DISTINCT program, friend_id FROM attributed_events
),

recognized_journeys AS (
    SELECT DISTINCT program, journey_id FROM attributed_events
)

SELECT
    r.program,
    r.event_name,
    r.unit,
    r.unit_id,
    r.friend_id,
    r.reached_on,
    r.step_number,
    COALESCE(lj.last_step_number, lf.last_step_number) AS last_step_number,
    (b.unit_id IS NOT NULL OR k.friend_id IS NOT NULL) AS is_from_before,
    COALESCE(r.reached_on - b.reached_on, r.reached_on - k.reached_on) AS days_from_before,
    (j.journey_id IS NOT NULL OR f.friend_id IS NOT NULL) AS is_recognized
FROM placed_reaches AS r
LEFT JOIN last_journey_steps AS lj ON r.unit = 'journeys' AND r.program = lj.program AND r.unit_id = lj.unit_id
LEFT JOIN last_friend_steps AS lf ON r.unit = 'friends' AND r.program = lf.program AND r.unit_id = lf.friend_id
LEFT JOIN funnel_reaches AS b
    ON
        r.program = b.program
        AND r.previous_event_name = b.event_name
        AND r.previous_unit_id = b.unit_id
        AND b.reached_on <= r.reached_on
LEFT JOIN first_clicks AS k
    ON
        r.previous_event_name = '(clicked)'
        AND r.program = k.program
        AND r.friend_id = k.friend_id
        AND k.reached_on <= r.reached_on
LEFT JOIN recognized_friends AS f ON r.unit = 'friends' AND r.program = f.program AND r.unit_id = f.friend_id
LEFT JOIN recognized_journeys AS j ON r.unit = 'journeys' AND r.program = j.program AND r.unit_id = j.journey_id
