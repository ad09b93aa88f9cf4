-- Recognized events that the program's terms do not reward, by reason.
-- Grain: program x event name x reason.
-- An event with several reasons stands under each of them: add up sole_events only.
SELECT
    program,
    event_name,
    reason_code,
    events,
    sole_events,
    advocates,
    first_on,
    last_on,
    share_bps
FROM report_ineligible
