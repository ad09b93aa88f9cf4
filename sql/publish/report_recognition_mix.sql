-- How friends were recognized: events, journeys, friends and advocates by recognition type and basis.
-- Grain: program x recognition type x basis; recognized production events.
SELECT
    program,
    recognition_type,
    label,
    basis,
    events,
    initial_events,
    eligible_events,
    journeys,
    friends,
    advocates,
    share_bps
FROM report_recognition_mix
