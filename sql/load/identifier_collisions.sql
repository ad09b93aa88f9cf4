-- Keys of the incoming file that another identifier of the vault has.
-- Grain: key; there should be none.
-- Why: loading on would make two people one; the check bits, cut from the same hash, give it away.

SELECT known.identifier_key
FROM known_identifiers AS known
WHERE known.collides
