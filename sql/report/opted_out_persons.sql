-- Persons who are on an opt-out list on the as-of date, themselves or by an address or number that they share.
-- Grain: person_id.
-- Why: an address that several people carry is a person of its own on the list; whoever opted out by it is not to be
-- written to, and so none of those who carry it.
WITH listed_persons AS (
    SELECT DISTINCT person_id
    FROM memberships
    WHERE purpose = 'opt_out' AND from_on <= $as_of AND (until_on IS NULL OR until_on > $as_of)
)

SELECT person_id FROM listed_persons
UNION
SELECT c.person_id
FROM listed_persons AS l
INNER JOIN person_identifiers AS i ON l.person_id = i.person_id AND NOT i.is_shared
INNER JOIN person_identifiers AS c ON i.identifier_key = c.identifier_key AND c.is_shared
