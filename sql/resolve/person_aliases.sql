-- The person that a key or former person id means now.
-- Grain: alias.
-- Why: a person's id is a key of one of their identifiers, so every identifier key is a possible former id. An
-- ambiguous or over-cap identifier belongs to nobody now; if it was an id once, it meant its earliest carrier. A hash was
-- an identifier of its own until the address came that it was made of: then it means whoever has the address.
WITH first_carriers AS (
    SELECT
        identifier_carriers.identifier_key,
        identifier_carriers.strong_key,
        ROW_NUMBER() OVER (
            PARTITION BY identifier_carriers.identifier_key
            ORDER BY identifier_carriers.first_seen_at NULLS LAST, identifier_carriers.strong_key
        ) AS carrier_rank
    FROM identifier_carriers
    INNER JOIN identifier_verdicts
        ON
            identifier_carriers.identifier_key = identifier_verdicts.identifier_key
            AND NOT identifier_verdicts.is_shared
),

aliases AS (
    SELECT
        identifier_key AS alias,
        person_id
    FROM component_identifiers
    UNION ALL
    SELECT
        first_carriers.identifier_key AS alias,
        component_identifiers.person_id
    FROM first_carriers
    INNER JOIN component_identifiers
        ON first_carriers.strong_key = component_identifiers.identifier_key AND first_carriers.carrier_rank = 1
)

SELECT
    alias,
    person_id
FROM aliases
UNION ALL
SELECT
    hashed_keys.hashed_key AS alias,
    aliases.person_id
FROM hashed_keys
INNER JOIN aliases ON hashed_keys.identifier_key = aliases.alias
