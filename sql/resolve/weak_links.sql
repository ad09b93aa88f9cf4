-- The weak links, with a dense number for each strong component and weak identifier that one of them touches.
-- Grain: left_key x right_key.
-- Why: dense numbers make the search for components cheap; whatever no weak link touches needs no search. Python
-- finds the components over the numbers.
WITH keys AS (
    SELECT left_key AS node_key FROM weak_pairs
    UNION
    SELECT right_key FROM weak_pairs
),

nodes AS (
    SELECT
        node_key,
        ROW_NUMBER() OVER (ORDER BY node_key) - 1 AS node_number
    FROM keys
)

SELECT
    weak_pairs.left_key,
    weak_pairs.right_key,
    left_nodes.node_number AS left_number,
    right_nodes.node_number AS right_number
FROM weak_pairs
INNER JOIN nodes AS left_nodes ON weak_pairs.left_key = left_nodes.node_key
INNER JOIN nodes AS right_nodes ON weak_pairs.right_key = right_nodes.node_key
