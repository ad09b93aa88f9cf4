-- The journeys of changed events, the former and the present ones.
-- Grain: journey_id.
-- Why: whether a test row counts is judged within the journey.
SELECT DISTINCT journey_id FROM changed_events WHERE journey_id IS NOT NULL
