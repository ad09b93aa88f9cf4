-- The events that changed.
-- Grain: event_id.
-- Why: an event is judged by what it says itself.
SELECT DISTINCT event_id FROM changed_events
