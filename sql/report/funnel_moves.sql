-- Each friend's or journey's steps, with whether they came from the step before, after how many days, and went on.
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
        CASE WHEN s.previous_unit = 'friends' THEN r.friend_id ELSE r.unit_id END AS previous_unit_id,
        MAX(s.step_number) OVER (PARTITION BY r.program, r.unit, r.unit_id) AS last_unit_step_number,
        MAX(s.step_number) OVER (PARTITION BY r.program, r.friend_id) AS last_friend_step_number
    FROM funnel_reaches AS r
    INNER JOIN funnel_steps AS s ON r.program = s.program AND r.event_name = s.event_name
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
    CASE WHEN r.unit = 'friends' THEN r.last_friend_step_number ELSE r.last_unit_step_number END AS last_step_number,
    (r.event_name = '(clicked)' OR b.unit_id IS NOT NULL) AS is_from_before,
    CASE WHEN r.event_name = '(clicked)' THEN d.days_since_share ELSE r.reached_on - b.reached_on END
        AS days_from_before,
    (j.journey_id IS NOT NULL OR f.friend_id IS NOT NULL) AS is_recognized
FROM placed_reaches AS r
LEFT JOIN funnel_reaches AS b
    ON
        r.program = b.program
        AND r.previous_event_name = b.event_name
        AND r.previous_unit_id = b.unit_id
        AND b.reached_on <= r.reached_on
LEFT JOIN click_days AS d
    ON
        r.event_name = '(clicked)'
        AND r.program = d.program
        AND r.unit_id = d.clicker_id
        AND r.reached_on = d.clicked_on
LEFT JOIN recognized_friends AS f ON r.unit = 'friends' AND r.program = f.program AND r.unit_id = f.friend_id
LEFT JOIN recognized_journeys AS j ON r.unit = 'journeys' AND r.program = j.program AND r.unit_id = j.journey_id
