-- The identifiers whose person or carriers can have changed.
-- Grain: identifier_key.
-- Why: a shared identifier stands with the person of each carrier, so the carriers' own rows are made with it.
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
)

SELECT identifier_key FROM touched_identifiers
UNION
SELECT identifier_carriers.strong_key
FROM identifier_carriers
INNER JOIN touched_identifiers ON identifier_carriers.identifier_key = touched_identifiers.identifier_key
INNER JOIN identifier_verdicts
    ON identifier_carriers.identifier_key = identifier_verdicts.identifier_key AND identifier_verdicts.is_shared
