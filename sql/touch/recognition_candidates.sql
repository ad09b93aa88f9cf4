-- The roots whose candidates or decision changed.
-- Grain: event_id.
-- Why: a relationship or another program can take from a candidate what it won.
SELECT root_event_id AS event_id FROM changed_ranked_candidates
UNION
SELECT root_event_id FROM changed_root_decisions
