-- Rewardable events that nobody was recognized for, by reason.
-- Grain: program x event name x reason.
SELECT
    program,
    event_name,
    reason_code,
    events,
    first_on,
    last_on,
    share_bps
FROM report_unrecognized
