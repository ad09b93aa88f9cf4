-- The member ids and emails whose strong component changed links can touch.
-- Grain: identifier_key.
-- Why: an email's component rests on all member ids that stand with it, so these are made with it.
WITH changed_members AS (
    SELECT identifier_key FROM changed_identity_nodes
    UNION
    SELECT left_key FROM changed_identity_edges
    UNION
    SELECT right_key FROM changed_identity_edges
    UNION
    SELECT identifier_key FROM changed_member_classes
),

touched_identifiers AS (
    SELECT identifier_key FROM changed_members
    UNION
    SELECT identity_edges.right_key
    FROM identity_edges
    INNER JOIN changed_member_classes ON identity_edges.left_key = changed_member_classes.identifier_key
    WHERE identity_edges.right_kind = 'email'
)

SELECT identifier_key FROM touched_identifiers
UNION
SELECT identity_edges.left_key
FROM identity_edges
INNER JOIN touched_identifiers ON identity_edges.right_key = touched_identifiers.identifier_key
WHERE identity_edges.left_kind = 'partner_user_id' AND identity_edges.right_kind = 'email'
