-- The keys whose person or carriers, now or by a former name, can have changed.
-- Grain: identifier_key.
-- Why: a shared identifier stands with the person of each carrier, an ambiguous one means its earliest carrier, a hint
-- rests on all carriers, and a hash means whoever has the address: the rows of all these are made together.
WITH touched_identifiers AS (
    SELECT identifier_key FROM changed_component_identifiers
    UNION
    SELECT identifier_key FROM changed_identifier_carriers
    UNION
    SELECT identifier_key FROM changed_identifier_verdicts
    UNION
    SELECT identifier_carriers.identifier_key
    FROM identifier_carriers
    INNER JOIN changed_component_identifiers
        ON identifier_carriers.strong_key = changed_component_identifiers.identifier_key
),

touched_hashes AS (
    SELECT hashed_key, identifier_key FROM changed_hashed_keys
    UNION
    SELECT hashed_keys.hashed_key, hashed_keys.identifier_key
    FROM hashed_keys
    INNER JOIN touched_identifiers ON hashed_keys.identifier_key = touched_identifiers.identifier_key
),

touched_aliases AS (
    SELECT identifier_key FROM touched_identifiers
    UNION
    SELECT hashed_key FROM touched_hashes
    UNION
    SELECT identifier_key FROM touched_hashes
)

SELECT identifier_key FROM touched_aliases
UNION
SELECT identifier_carriers.strong_key
FROM identifier_carriers
INNER JOIN touched_aliases ON identifier_carriers.identifier_key = touched_aliases.identifier_key
