-- How many identifiers the incoming file holds, how many of them are known, and how many keys two of them share.
-- Grain: one row.
-- Why: a collision would make two people one; the check bits, cut from the same hash, give it away. And where all
-- identifiers are known, or all are new, nothing needs comparing again.

WITH incoming_keys AS (
    SELECT
        incoming.identifier_key,
        COUNT(*) AS entries,
        MIN(incoming.check_bits) AS least_bits,
        MAX(incoming.check_bits) AS most_bits
    FROM incoming_identifiers AS incoming
    GROUP BY incoming.identifier_key
)

SELECT
    COUNT(*) AS identifiers,
    COALESCE(CAST(SUM(i.entries) AS BIGINT), 0) AS entries,
    COUNT(k.identifier_key) AS known,
    COUNT(CASE WHEN i.least_bits <> i.most_bits OR i.least_bits <> k.check_bits THEN 1 END) AS collisions
FROM incoming_keys AS i
LEFT JOIN identifiers AS k
    ON i.identifier_key = k.identifier_key
