-- The events whose recognition changed.
-- Grain: event_id.
-- Why: a decision that stands is written down once.
SELECT DISTINCT event_id FROM changed_recognitions
