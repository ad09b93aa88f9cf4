-- Identifiers that would have joined different persons, and why they did not.
-- Grain: identifier_key.
-- Why: the operator sees spouses' addresses, branch tablets and kiosks here; none of them is a reason to refuse a record.
SELECT
    kind,
    identifier_key,
    reason_code,
    persons
FROM identifier_verdicts
UNION ALL
SELECT
    identity_nodes.kind,
    identity_nodes.identifier_key,
    'joins_members' AS reason_code,
    weak_components.members AS persons
FROM weak_components
INNER JOIN identity_nodes
    ON weak_components.node_key = identity_nodes.identifier_key AND identity_nodes.kind IN ('phone', 'visitor_id')
WHERE weak_components.is_dropped
