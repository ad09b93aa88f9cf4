-- The phones, visitor ids and emails whose carriers can have changed.
-- Grain: identifier_key.
-- Why: a carrier is a strong component beside the identifier: a changed link or a changed component touches it.
SELECT right_key AS identifier_key FROM changed_identity_edges
UNION
SELECT identifier_key FROM changed_strong_components
UNION
SELECT identity_edges.right_key
FROM identity_edges
INNER JOIN changed_strong_components ON identity_edges.left_key = changed_strong_components.identifier_key
