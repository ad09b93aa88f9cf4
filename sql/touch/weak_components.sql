-- The strong components and weak identifiers whose weak component changed links can touch.
-- Grain: node_key.
-- Why: whoever is in one group with a touched node may leave it, so whole former groups are made anew; a new link
-- brings the whole groups of both its ends.
WITH touched_links AS (
    SELECT strong_key AS left_key, identifier_key AS right_key FROM changed_identifier_carriers
    UNION ALL
    SELECT identifier_carriers.strong_key, identifier_carriers.identifier_key
    FROM identifier_carriers
    INNER JOIN changed_identifier_verdicts
        ON identifier_carriers.identifier_key = changed_identifier_verdicts.identifier_key
    UNION ALL
    SELECT left_key, right_key FROM changed_identity_edges
    WHERE left_kind = 'phone'
    UNION ALL
    SELECT identity_edges.left_key, identity_edges.right_key
    FROM identity_edges
    INNER JOIN changed_identifier_verdicts ON identity_edges.left_key = changed_identifier_verdicts.identifier_key
    WHERE identity_edges.left_kind = 'phone'
    UNION ALL
    SELECT identity_edges.left_key, identity_edges.right_key
    FROM identity_edges
    INNER JOIN changed_identifier_verdicts ON identity_edges.right_key = changed_identifier_verdicts.identifier_key
    WHERE identity_edges.left_kind = 'phone'
),

touched_nodes AS (
    SELECT left_key AS node_key FROM touched_links
    UNION
    SELECT right_key FROM touched_links
    UNION
    SELECT strong_key FROM changed_strong_components
),

touched_groups AS (
    SELECT DISTINCT weak_components.group_key
    FROM weak_components
    INNER JOIN touched_nodes ON weak_components.node_key = touched_nodes.node_key
)

SELECT node_key FROM touched_nodes
UNION
SELECT weak_components.node_key
FROM weak_components
INNER JOIN touched_groups ON weak_components.group_key = touched_groups.group_key
