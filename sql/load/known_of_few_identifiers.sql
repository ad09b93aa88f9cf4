-- What known_identifiers says, for a file with more identifiers than the vault.
-- Grain: identifier.
-- Why: the table that is joined last is held in memory, and that is better the smaller one.

SELECT
    known.identifier_key,
    known.check_bits <> incoming.check_bits AS collides
FROM incoming_identifiers AS incoming
INNER JOIN identifiers AS known
    ON incoming.identifier_key = known.identifier_key
