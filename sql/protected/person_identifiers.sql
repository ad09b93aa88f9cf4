-- Which identifiers belong to which person, and which addresses several persons carry; protected area only.
-- Grain: identifier x person.
SELECT
    identifier_key,
    kind,
    person_id,
    is_shared
FROM person_identifiers
