-- The keys whose present person can have changed.
-- Grain: alias.
-- Why: an ambiguous identifier means its earliest carrier, and a hash whoever has the address, so the rows of these are
-- made with it.
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

SELECT identifier_key AS alias FROM touched_aliases
UNION
SELECT identifier_carriers.strong_key
FROM identifier_carriers
INNER JOIN touched_aliases ON identifier_carriers.identifier_key = touched_aliases.identifier_key
