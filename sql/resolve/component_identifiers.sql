-- Every identifier that belongs to a person, with its component and the person's id.
-- Grain: identifier_key.
-- Why: the person's id is the key of the component's earliest identifier, so that later facts seldom move it. Ambiguous
-- identifiers and those over their cap belong to nobody and have no row.
WITH components AS (
    SELECT
        strong_components.identifier_key,
        COALESCE(weak_components.component_key, strong_components.strong_key) AS component_key
    FROM strong_components
    LEFT JOIN weak_components ON strong_components.strong_key = weak_components.node_key
    UNION ALL
    SELECT
        identity_nodes.identifier_key,
        COALESCE(weak_components.component_key, identity_nodes.identifier_key) AS component_key
    FROM identity_nodes
    LEFT JOIN weak_components ON identity_nodes.identifier_key = weak_components.node_key
    WHERE identity_nodes.kind IN ('phone', 'visitor_id')
)

SELECT
    identity_nodes.identifier_key,
    identity_nodes.kind,
    identity_nodes.first_seen_at,
    identity_nodes.first_seen_on,
    FIRST_VALUE(identity_nodes.identifier_key) OVER (
        PARTITION BY components.component_key
        ORDER BY identity_nodes.first_seen_at NULLS LAST, identity_nodes.identifier_key
    ) AS person_id
FROM components
INNER JOIN identity_nodes ON components.identifier_key = identity_nodes.identifier_key
LEFT JOIN identifier_verdicts ON components.identifier_key = identifier_verdicts.identifier_key
WHERE identifier_verdicts.identifier_key IS NULL OR identifier_verdicts.is_shared
