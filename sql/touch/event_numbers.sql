-- The friends whose judged events changed.
-- Grain: friend_key.
-- Why: an event's number rests on all of its friend's.
SELECT friend_key FROM changed_judged_roots
UNION
SELECT judged_roots.friend_key
FROM judged_roots
INNER JOIN changed_judged_events ON judged_roots.journey_id = changed_judged_events.journey_id
