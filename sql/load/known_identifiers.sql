-- The identifiers of the incoming file that the vault holds already, and whether it holds another one under the key.
-- Grain: identifier.
-- Why: a value is stored once, whoever sends it how often; and a collision would make two people one.

SELECT
    known.identifier_key,
    known.check_bits <> incoming.check_bits AS collides
FROM identifiers AS known
INNER JOIN incoming_identifiers AS incoming
    ON known.identifier_key = incoming.identifier_key
