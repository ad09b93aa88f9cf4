-- The identifiers whose person can have changed.
-- Grain: identifier_key.
-- Why: the person's id is that of the earliest identifier of all, so whoever shares a component with a changed
-- identifier, before or now, is made with it.
WITH changed_identifiers AS (
    SELECT identifier_key FROM changed_identity_nodes
    UNION
    SELECT identifier_key FROM changed_identifier_verdicts
    UNION
    SELECT identifier_key FROM changed_strong_components
    UNION
    SELECT node_key FROM changed_weak_components
    UNION
    SELECT strong_components.identifier_key
    FROM strong_components
    INNER JOIN changed_weak_components ON strong_components.strong_key = changed_weak_components.node_key
),

former_persons AS (
    SELECT DISTINCT component_identifiers.person_id
    FROM component_identifiers
    INNER JOIN changed_identifiers ON component_identifiers.identifier_key = changed_identifiers.identifier_key
),

touched_nodes AS (
    SELECT COALESCE(strong_components.strong_key, changed_identifiers.identifier_key) AS node_key
    FROM changed_identifiers
    LEFT JOIN strong_components ON changed_identifiers.identifier_key = strong_components.identifier_key
),

touched_components AS (
    SELECT DISTINCT weak_components.component_key
    FROM touched_nodes
    INNER JOIN weak_components ON touched_nodes.node_key = weak_components.node_key
),

joined_nodes AS (
    SELECT node_key FROM touched_nodes
    UNION
    SELECT weak_components.node_key
    FROM weak_components
    INNER JOIN touched_components ON weak_components.component_key = touched_components.component_key
)

SELECT identifier_key FROM changed_identifiers
UNION
SELECT component_identifiers.identifier_key
FROM component_identifiers
INNER JOIN former_persons ON component_identifiers.person_id = former_persons.person_id
UNION
SELECT node_key FROM joined_nodes
UNION
SELECT strong_components.identifier_key
FROM strong_components
INNER JOIN joined_nodes ON strong_components.strong_key = joined_nodes.node_key
