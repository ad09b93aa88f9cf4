-- The stand-in persons of addresses that a person shares with others: what was sent there may mean this person.
-- Grain: person.
SELECT DISTINCT own.person_id
FROM vault.person_identifiers AS carried
INNER JOIN vault.person_identifiers AS own
    ON carried.identifier_key = own.identifier_key AND NOT own.is_shared
WHERE carried.person_id = $person_id AND carried.is_shared
ORDER BY own.person_id
