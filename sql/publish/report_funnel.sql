-- How far friends came: what reached each step of the program's tracking plan, after how long, and where friends drop out.
-- Grain: program x event name; '(shared)' and '(clicked)' stand for what comes before the first event.
-- Production and active events. A rate is empty where nothing reached the step before. Ordered by step_number within a
-- program.
SELECT
    program,
    event_name,
    stage,
    journeys,
    recognized_journeys,
    step_number,
    unit,
    previous_event_name,
    from_before,
    share_of_before_bps,
    median_days_from_before,
    p90_days_from_before,
    stopped_here
FROM report_funnel
