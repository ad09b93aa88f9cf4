-- Keys that two different identifiers share, within the incoming file or with the vault.
-- Grain: key; there should be none.
-- Why: a collision would make two people one; the check bits, cut from the same hash, give it away.

WITH all_identifiers AS (
    SELECT
        incoming.identifier_key,
        incoming.kind,
        incoming.check_bits
    FROM incoming_identifiers AS incoming
    UNION ALL
    SELECT
        known.identifier_key,
        known.kind,
        known.check_bits
    FROM identifiers AS known
    WHERE known.identifier_key IN (SELECT other.identifier_key FROM incoming_identifiers AS other)
)

SELECT identifier_key
FROM all_identifiers
GROUP BY identifier_key
HAVING MIN(check_bits) <> MAX(check_bits) OR MIN(kind) <> MAX(kind)
