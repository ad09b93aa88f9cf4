-- Member ids that are one person by `same_person` records, under the smallest key of their class.
-- Grain: identifier_key.
-- Why: member_labels comes from Python (connected components over member_links); a label is a name for a group within
-- one run only, so the class is named by a key.
WITH nodes AS (
    SELECT left_key AS identifier_key, left_number AS node_number FROM member_links
    UNION
    SELECT right_key, right_number FROM member_links
)

SELECT
    nodes.identifier_key,
    MIN(nodes.identifier_key) OVER (PARTITION BY member_labels.component_number) AS class_key
FROM nodes
INNER JOIN member_labels ON nodes.node_number = member_labels.node_number
