-- Friends who stopped on the way: their last step, the next one, and for how many days nothing came.
-- Grain: program x journey, or program x friend who took an early step (a registration) and has no journey there.
-- Closed journeys, and those at the program's last step, are left out.
SELECT
    program,
    journey_id,
    person_id,
    advocate_id,
    last_event_name,
    reached_on,
    next_event_name,
    days_since,
    is_recognized
FROM report_incomplete_journeys
