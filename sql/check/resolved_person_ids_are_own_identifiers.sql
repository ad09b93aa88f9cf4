-- Persons whose id is not the key of one of their own identifiers.
-- Grain: person_id; no rows when the check holds.
SELECT persons.person_id
FROM persons
LEFT JOIN person_identifiers
    ON
        persons.person_id = person_identifiers.identifier_key
        AND persons.person_id = person_identifiers.person_id
        AND NOT person_identifiers.is_shared
WHERE person_identifiers.identifier_key IS NULL
