-- Journeys that reached each event, over all programs, in the order of the tracking plan.
-- Grain: program x event name.
SELECT
    program,
    event_name,
    journeys,
    recognized_journeys
FROM report_funnel
WHERE journeys IS NOT NULL
ORDER BY program ASC, step_number ASC
