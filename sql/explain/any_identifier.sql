-- Identifiers by which a secret can be tested: the first by key.
-- Grain: identifier; at most one.
SELECT
    identifier_key,
    kind,
    value
FROM vault.identifiers
ORDER BY identifier_key
LIMIT 1
