-- Strong components and weak identifiers grouped by weak links, and whether the group may stand.
-- Grain: node_key.
-- Why: weak_labels comes from Python (connected components over weak_links). If a group would put two member ids into
-- one person, all its weak links are dropped: which of them is wrong cannot be known, and no choice may depend on order.
-- Each node keeps the key of its group, so that a later run finds the whole group again.
WITH nodes AS (
    SELECT left_key AS node_key, left_number AS node_number FROM weak_links
    UNION
    SELECT right_key, right_number FROM weak_links
),

labeled_nodes AS (
    SELECT
        nodes.node_key,
        weak_labels.component_number
    FROM nodes
    INNER JOIN weak_labels ON nodes.node_number = weak_labels.node_number
),

member_components AS (
    SELECT DISTINCT strong_key
    FROM strong_components
    WHERE has_member_id
),

components AS (
    SELECT
        labeled_nodes.component_number,
        MIN(labeled_nodes.node_key) AS component_key,
        COUNT(member_components.strong_key) AS members
    FROM labeled_nodes
    LEFT JOIN member_components ON labeled_nodes.node_key = member_components.strong_key
    GROUP BY labeled_nodes.component_number
)

SELECT
    labeled_nodes.node_key,
    CASE WHEN components.members > 1 THEN labeled_nodes.node_key ELSE components.component_key END AS component_key,
    components.members > 1 AS is_dropped,
    components.members,
    components.component_key AS group_key
FROM labeled_nodes
INNER JOIN components ON labeled_nodes.component_number = components.component_number
