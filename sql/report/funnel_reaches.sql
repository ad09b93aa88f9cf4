-- Which step of the tracking plan each friend or journey reached, and when first.
-- Grain: program x event name x unit; a unit is a friend in the steps before the program's lowest rewardable stage (a
-- registration), and a journey from there on. Clicks stand in first_clicks.
-- Why: a registration carries no account, so it is tied to the journey by its friend alone. It belongs to the program that it
-- names; else to every program in which the friend clicked or has a journey; else to the only program that there is;
-- else to '(unknown)'. A friend without any own identifier is counted by journey. Production and active events only;
-- negative events (a closure) are no step forward.
WITH first_stages AS (
    SELECT
        p.program,
        MIN(c.stage) AS first_stage
    FROM config_program_events AS p
    INNER JOIN config_events AS c ON p.event_name = c.event_name AND c.rewardable
    GROUP BY p.program
),

only_programs AS (
    SELECT MIN(program) AS program
    FROM config_programs
    HAVING COUNT(DISTINCT program) = 1
),

rooted_journeys AS (
    SELECT
        program,
        journey_id,
        COALESCE(person_id, journey_id) AS friend_id
    FROM journey_roots
    WHERE container = 'production'
),

journey_friends AS (
    SELECT DISTINCT program, friend_id FROM rooted_journeys
),

counted_events AS (
    SELECT
        e.event_id,
        e.journey_id,
        e.person_id,
        e.program,
        e.event_name,
        e.occurred_on,
        c.subject,
        c.stage
    FROM events AS e
    INNER JOIN config_events AS c ON e.event_name = c.event_name
    WHERE e.status = 'active' AND e.container = 'production' AND NOT c.negative
),

early_events AS (
    SELECT
        f.program,
        e.event_id,
        e.event_name,
        e.occurred_on,
        COALESCE(e.person_id, e.journey_id) AS friend_id,
        (
            e.program = f.program OR p.friend_id IS NOT NULL OR k.friend_id IS NOT NULL OR o.program IS NOT NULL
        ) AS is_placed
    FROM counted_events AS e
    INNER JOIN first_stages AS f ON e.stage < f.first_stage AND (e.program IS NULL OR e.program = f.program)
    LEFT JOIN journey_friends AS p
        ON f.program = p.program AND COALESCE(e.person_id, e.journey_id) = p.friend_id
    LEFT JOIN first_clicks AS k
        ON f.program = k.program AND COALESCE(e.person_id, e.journey_id) = k.friend_id
    LEFT JOIN only_programs AS o ON f.program = o.program
    WHERE e.subject = 'friend'
),

placed_events AS (
    SELECT event_id, program, event_name, friend_id, occurred_on FROM early_events WHERE is_placed
),

unplaced_events AS (
    SELECT DISTINCT
        e.event_id,
        '(unknown)' AS program,
        e.event_name,
        e.friend_id,
        e.occurred_on
    FROM early_events AS e
    LEFT JOIN placed_events AS p ON e.event_id = p.event_id
    WHERE p.event_id IS NULL
),

friend_steps AS (
    SELECT event_id, program, event_name, friend_id, occurred_on FROM placed_events
    UNION ALL
    SELECT event_id, program, event_name, friend_id, occurred_on FROM unplaced_events
)

SELECT
    program,
    event_name,
    'friends' AS unit,
    friend_id AS unit_id,
    friend_id,
    MIN(occurred_on) AS reached_on
FROM friend_steps
GROUP BY program, event_name, friend_id
UNION ALL
SELECT
    j.program,
    e.event_name,
    'journeys' AS unit,
    j.journey_id AS unit_id,
    j.friend_id,
    MIN(e.occurred_on) AS reached_on
FROM rooted_journeys AS j
INNER JOIN counted_events AS e ON j.journey_id = e.journey_id
LEFT JOIN first_stages AS f ON j.program = f.program
WHERE e.subject <> 'friend' OR f.first_stage IS NULL OR e.stage >= f.first_stage
GROUP BY j.program, e.event_name, j.journey_id, j.friend_id
