-- The active events that make up each journey.
-- Grain: event_id.
-- Why: a test row on a real account stands in the journey but never founds it or adds an owner: `counts` is FALSE for
-- test rows of a journey that has a production row.
SELECT
    event_id,
    journey_id,
    container <> 'test' OR NOT BOOL_OR(container <> 'test') OVER (PARTITION BY journey_id) AS counts
FROM events
WHERE status = 'active'
