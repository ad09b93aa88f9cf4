-- The journeys of changed turns.
-- Grain: journey_id.
-- Why: programs of one exclusive group share a journey's recognition.
SELECT DISTINCT journey_id FROM changed_turn_decisions
