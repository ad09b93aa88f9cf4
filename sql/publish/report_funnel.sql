-- How far friends came: journeys that reached each event of the program's tracking plan.
-- Grain: program x event name; production and active events.
SELECT
    program,
    event_name,
    stage,
    journeys,
    recognized_journeys
FROM report_funnel
