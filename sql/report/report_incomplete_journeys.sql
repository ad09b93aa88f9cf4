-- Friends who stopped on the way: their last step, the next one, and for how many days nothing came.
-- Grain: program x journey, or program x friend who took an early step (a registration) and has no journey there.
-- Why: it is the list of whom a reminder or a call can bring further. A journey that ended (its account was closed) is left
-- out, as is one that reached the program's last step. Clicks alone make no row: a click names nobody who could be asked.
-- next_event_name is the step after the furthest one in report_funnel; a friend who registered for no known program has
-- none. A friend without any own identifier has no person_id, and the journey_id of the early step. days_since is
-- counted to the as-of date.
SELECT
    m.program,
    CASE WHEN m.unit = 'journeys' OR p.person_id IS NULL THEN m.unit_id END AS journey_id,
    p.person_id,
    j.advocate_id,
    m.event_name AS last_event_name,
    m.reached_on,
    s.next_event_name,
    CAST($as_of - m.reached_on AS BIGINT) AS days_since,
    m.is_recognized
FROM funnel_moves AS m
INNER JOIN funnel_steps AS s ON m.program = s.program AND m.event_name = s.event_name
LEFT JOIN persons AS p ON m.friend_id = p.person_id
LEFT JOIN journeys AS j ON m.unit = 'journeys' AND m.program = j.program AND m.unit_id = j.journey_id
LEFT JOIN ended_journeys AS e ON m.unit_id = e.journey_id
WHERE
    m.step_number = m.last_step_number
    AND (s.next_event_name IS NOT NULL OR m.program = '(unknown)')
    AND e.journey_id IS NULL
