-- How many friends and journeys are affected in all programs together.
-- Grain: one row.
-- Why apart from the programs: a friend of two programs counts once.
SELECT
    COUNT(DISTINCT friend_id) AS changed_friends,
    COUNT(DISTINCT journey_id) AS changed_journeys
FROM decision_changes
WHERE change <> 'same'
