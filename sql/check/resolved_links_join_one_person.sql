-- Identifiers that stood together on one record and belong to different persons, though no collision says why.
-- Grain: pair of identifiers; no rows when the check holds.
-- Why: no edge crosses components, unless one of its ends was reported. Proves the labels that Python found.
WITH homes AS (
    SELECT
        identifier_key,
        person_id
    FROM person_identifiers
    WHERE NOT is_shared
)

SELECT
    identity_edges.left_key,
    identity_edges.right_key
FROM identity_edges
INNER JOIN homes AS left_homes ON identity_edges.left_key = left_homes.identifier_key
INNER JOIN homes AS right_homes ON identity_edges.right_key = right_homes.identifier_key
LEFT JOIN identity_collisions AS left_collisions ON identity_edges.left_key = left_collisions.identifier_key
LEFT JOIN identity_collisions AS right_collisions ON identity_edges.right_key = right_collisions.identifier_key
WHERE
    left_homes.person_id <> right_homes.person_id
    AND left_collisions.identifier_key IS NULL
    AND right_collisions.identifier_key IS NULL
