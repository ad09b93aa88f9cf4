-- Which known address or phone number a hash stands for.
-- Grain: hashed_key.
-- Why: a hash of an address that is not normalized finds nothing, and must not: what it was made of is a guess. Where the
-- sender's profile makes one of what the workspace keeps apart (dots and plus at Google), a hash of several known
-- addresses names none of them.
SELECT
    hashed_key,
    MIN(identifier_key) AS identifier_key
FROM hash_meanings
WHERE is_normalized
GROUP BY hashed_key
HAVING COUNT(*) = 1
