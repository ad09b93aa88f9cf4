-- The member ids by which the client knows a person; shown to the operator only.
-- Grain: member id.
SELECT v.value AS partner_user_id
FROM vault.person_identifiers AS p
INNER JOIN vault.identifiers AS v ON p.identifier_key = v.identifier_key
WHERE p.person_id = $person_id AND p.kind = 'partner_user_id' AND NOT p.is_shared
ORDER BY v.value
