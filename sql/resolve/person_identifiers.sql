-- Which person an identifier belongs to, and which persons carry it together.
-- Grain: identifier_key x person_id; exactly one row of an identifier has is_shared = FALSE.
-- Why: a shared email or phone is a person of its own (is_shared = FALSE: nobody else is meant by it) and is carried by
-- several (is_shared = TRUE: a share sent to it may mean each of them). To find the person of a record, join on
-- is_shared = FALSE only, or the record multiplies. Values never stand here.
SELECT
    identifier_key,
    kind,
    person_id,
    FALSE AS is_shared
FROM component_identifiers
UNION ALL
SELECT DISTINCT
    identifier_carriers.identifier_key,
    identifier_carriers.kind,
    component_identifiers.person_id,
    TRUE AS is_shared
FROM identifier_carriers
INNER JOIN identifier_verdicts
    ON identifier_carriers.identifier_key = identifier_verdicts.identifier_key AND identifier_verdicts.is_shared
INNER JOIN component_identifiers ON identifier_carriers.strong_key = component_identifiers.identifier_key
