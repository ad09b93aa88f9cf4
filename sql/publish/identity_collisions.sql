-- Identifiers that would have joined different persons, and why they did not: spouses' addresses, branch tablets, kiosks.
-- Grain: identifier.
-- What a value is, is said in the protected area only (vault.identifiers, by the same key).
SELECT
    identifier_key,
    kind,
    reason_code,
    persons
FROM identity_collisions
