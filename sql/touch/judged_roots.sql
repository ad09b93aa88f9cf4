-- The journeys that have another root than before, or whose root says something else.
-- Grain: journey_id.
-- Why: what a root says stands on its event.
SELECT journey_id FROM changed_journey_roots
UNION
SELECT journey_id FROM changed_events WHERE journey_id IS NOT NULL
