-- The events of each friend by their number in the program, among those of one name.
-- Grain: active judged event × program.
-- Why: all events of that name are numbered, recognized or not, so that the first is the friend's first. Test events are
-- numbered apart.
SELECT
    e.event_id,
    e.program,
    e.journey_id,
    e.event_name,
    e.occurred_at,
    e.occurred_on,
    e.container,
    r.root_event_id,
    r.friend_key,
    ROW_NUMBER() OVER (
        PARTITION BY r.friend_key, e.program, e.event_name, e.container
        ORDER BY e.occurred_at, e.owner_rank NULLS LAST, e.partner_event_key NULLS LAST, e.event_id
    ) AS friend_event_number
FROM judged_events AS e
INNER JOIN judged_roots AS r ON e.journey_id = r.journey_id AND e.program = r.program
WHERE e.status = 'active'
