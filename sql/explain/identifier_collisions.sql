-- Whether an identifier leads to several persons, how many, and why it stands for none of them.
-- Grain: identifier; at most one.
SELECT
    c.kind,
    c.reason_code,
    c.persons
FROM identity_collisions AS c
WHERE c.identifier_key = $identifier_key
ORDER BY c.reason_code
