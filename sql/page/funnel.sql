-- How far friends come in each program, step by step, and how long it takes.
-- Grain: program x event name.
SELECT
    program,
    event_name,
    step_number,
    unit,
    journeys,
    recognized_journeys,
    from_before,
    share_of_before_bps,
    median_days_from_before,
    p90_days_from_before,
    stopped_here
FROM report_funnel
ORDER BY program ASC, step_number ASC, event_name ASC
