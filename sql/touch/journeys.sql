-- The journeys that came further, or whose root or advocate is another.
-- Grain: journey_id.
-- Why: a journey tells of its own events and decision.
SELECT journey_id FROM changed_judged_roots
UNION
SELECT journey_id FROM changed_root_decisions
UNION
SELECT journey_id FROM changed_events
WHERE journey_id IS NOT NULL
