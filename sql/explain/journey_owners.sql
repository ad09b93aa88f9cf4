-- The owners of a journey, none of whom can refer it, and those who cannot be told from an owner.
-- Grain: person.
-- Why with the stand-ins of shared addresses: an advocate known by nothing but an address that an owner shares counts as
-- that owner.
WITH found AS (
    SELECT
        person_id,
        1 AS is_owner
    FROM vault.journey_owners
    WHERE journey_id = $journey_id
    UNION ALL
    SELECT
        own.person_id,
        0 AS is_owner
    FROM vault.journey_owners AS o
    INNER JOIN vault.person_identifiers AS carried ON o.person_id = carried.person_id AND carried.is_shared
    INNER JOIN vault.person_identifiers AS own
        ON carried.identifier_key = own.identifier_key AND NOT own.is_shared
    WHERE o.journey_id = $journey_id
)

SELECT
    person_id,
    MAX(is_owner) = 1 AS is_owner
FROM found
GROUP BY person_id
ORDER BY person_id
