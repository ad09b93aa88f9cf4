-- Whether a person, or the stand-in of an address that they share, has opted out of being talked about.
-- Grain: one row.
WITH meant AS (
    SELECT CAST($person_id AS BIGINT) AS person_id
    UNION
    SELECT own.person_id
    FROM vault.person_identifiers AS carried
    INNER JOIN vault.person_identifiers AS own
        ON carried.identifier_key = own.identifier_key AND NOT own.is_shared
    WHERE carried.person_id = $person_id AND carried.is_shared
)

SELECT COUNT(*) > 0 AS opted_out
FROM vault.consents AS c
INNER JOIN meant AS m ON c.person_id = m.person_id
WHERE c.purpose = 'opt_out' AND c.from_on <= $as_of AND (c.until_on IS NULL OR c.until_on > $as_of)
