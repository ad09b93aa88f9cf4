-- Rewards that a test event triggered or rooted.
-- Grain: reward_id; no rows when the check holds.
SELECT
    r.reward_id,
    r.event_id
FROM rewards AS r
INNER JOIN events AS e ON r.event_id = e.event_id OR r.root_event_id = e.event_id
WHERE e.container = 'test' AND r.is_live
