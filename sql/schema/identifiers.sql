-- The vault: the only table that holds the values of identifiers.
-- Grain: identifier.
-- Why: every other table holds keys; further bits of the same hash detect a collision.
SELECT
    CAST(NULL AS BIGINT) AS identifier_key,
    CAST(NULL AS VARCHAR) AS kind,
    CAST(NULL AS VARCHAR) AS value,
    CAST(NULL AS BIGINT) AS check_bits,
    CAST(NULL AS BIGINT) AS facts_seq
WHERE FALSE
