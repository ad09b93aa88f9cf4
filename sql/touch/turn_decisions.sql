-- The friends whose turns can have changed.
-- Grain: friend_key.
-- Why: one turn of a friend decides what a later one inherits.
SELECT friend_key FROM changed_judged_roots
UNION
SELECT judged_roots.friend_key
FROM judged_roots
INNER JOIN changed_ranked_candidates ON judged_roots.journey_id = changed_ranked_candidates.journey_id
UNION
SELECT judged_roots.friend_key
FROM judged_roots
INNER JOIN changed_journey_owners ON judged_roots.journey_id = changed_journey_owners.journey_id
