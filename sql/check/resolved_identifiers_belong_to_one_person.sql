-- Identifiers that do not belong to exactly one person, though nothing says that they belong to nobody.
-- Grain: identifier_key; no rows when the check holds.
-- Why: every record finds its person by the one row with is_shared = FALSE. Ambiguous identifiers and those over their
-- cap are in the collision report and must have no such row.
WITH own_rows AS (
    SELECT
        identifier_key,
        COUNT(*) AS own_rows
    FROM person_identifiers
    WHERE NOT is_shared
    GROUP BY identifier_key
),

homeless_identifiers AS (
    SELECT identifier_key
    FROM identity_collisions
    WHERE reason_code IN ('ambiguous', 'over_cap')
)

SELECT
    identity_nodes.identifier_key,
    COALESCE(own_rows.own_rows, 0) AS own_rows
FROM identity_nodes
LEFT JOIN own_rows ON identity_nodes.identifier_key = own_rows.identifier_key
LEFT JOIN homeless_identifiers ON identity_nodes.identifier_key = homeless_identifiers.identifier_key
WHERE COALESCE(own_rows.own_rows, 0) <> CASE WHEN homeless_identifiers.identifier_key IS NULL THEN 1 ELSE 0 END
