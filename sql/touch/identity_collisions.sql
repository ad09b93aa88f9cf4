-- The identifiers whose verdict or weak group changed.
-- Grain: identifier_key.
-- Why: nothing else makes a collision.
SELECT identifier_key FROM changed_identifier_verdicts
UNION
SELECT node_key FROM changed_weak_components
