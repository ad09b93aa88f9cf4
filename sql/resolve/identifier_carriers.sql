-- Which strong components carry an identifier: every phone and visitor id, and every shared email.
-- Grain: identifier_key x strong_key.
-- Why: the caps count carriers, and a shared email or phone still matches a share to each of its carriers. A shared
-- email carries nothing on to a phone or visitor id that stands beside it.
SELECT
    identity_edges.right_key AS identifier_key,
    strong_components.strong_key,
    MIN(identity_edges.right_kind) AS kind,
    BOOL_OR(strong_components.has_member_id) AS has_member_id,
    MIN(identity_edges.first_seen_at) AS first_seen_at
FROM identity_edges
INNER JOIN strong_components ON identity_edges.left_key = strong_components.identifier_key
LEFT JOIN strong_components AS right_components ON identity_edges.right_key = right_components.identifier_key
WHERE
    NOT strong_components.is_shared
    AND (identity_edges.right_kind IN ('phone', 'visitor_id') OR right_components.is_shared)
GROUP BY identity_edges.right_key, strong_components.strong_key
