-- The `same_person` links between member ids, with a dense number for each member id.
-- Grain: left_key x right_key.
-- Why: only such a record may make two partner_user_ids one person. Python finds the components over the numbers.
WITH pairs AS (
    SELECT DISTINCT
        partner_user_key AS left_key,
        same_person_key AS right_key
    FROM standing_persons
    WHERE partner_user_key IS NOT NULL AND same_person_key IS NOT NULL
),

keys AS (
    SELECT left_key AS node_key FROM pairs
    UNION
    SELECT right_key FROM pairs
),

nodes AS (
    SELECT
        node_key,
        ROW_NUMBER() OVER (ORDER BY node_key) - 1 AS node_number
    FROM keys
)

SELECT
    pairs.left_key,
    pairs.right_key,
    left_nodes.node_number AS left_number,
    right_nodes.node_number AS right_number
FROM pairs
INNER JOIN nodes AS left_nodes ON pairs.left_key = left_nodes.node_key
INNER JOIN nodes AS right_nodes ON pairs.right_key = right_nodes.node_key
