-- The phones and visitor ids whose carriers, or whose carriers' persons, changed.
-- Grain: identifier_key.
-- Why: a hint rests on all carriers of one identifier.
SELECT identifier_key FROM changed_identifier_carriers
UNION
SELECT identifier_key FROM changed_identifier_verdicts
UNION
SELECT identifier_carriers.identifier_key
FROM identifier_carriers
INNER JOIN changed_component_identifiers
    ON identifier_carriers.strong_key = changed_component_identifiers.identifier_key
