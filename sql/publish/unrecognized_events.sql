-- Every rewardable event that nobody was recognized for, with the reason.
-- Grain: event x program, not recognized.
SELECT
    event_id,
    program,
    reason_code
FROM unrecognized_events
