-- Whom an identifier means: the person it belongs to, and the persons who carry it together.
-- Grain: identifier x person; one row without a person when the identifier is known but links nobody.
-- Why from the vault's copy: explain never opens the warehouse that a run holds.
SELECT
    v.identifier_key,
    v.kind,
    p.person_id,
    p.is_shared
FROM vault.identifiers AS v
LEFT JOIN vault.person_identifiers AS p ON v.identifier_key = p.identifier_key
WHERE v.identifier_key = $identifier_key
ORDER BY p.is_shared DESC NULLS LAST, p.person_id ASC
