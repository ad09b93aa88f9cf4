-- The identifiers of the incoming file that the vault does not hold yet.
-- Grain: identifier.
-- Why: a value is stored once, whoever sends it how often.

SELECT
    incoming.identifier_key,
    incoming.kind,
    incoming.value,
    incoming.check_bits,
    CAST($facts_seq AS BIGINT) AS facts_seq
FROM incoming_identifiers AS incoming
LEFT JOIN known_identifiers AS known
    ON incoming.identifier_key = known.identifier_key
WHERE known.identifier_key IS NULL
