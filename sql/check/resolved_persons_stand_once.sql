-- Persons and aliases with several rows.
-- Grain: table x id; no rows when the check holds.
SELECT
    'persons' AS stands_in,
    person_id AS subject_id,
    COUNT(*) AS copies
FROM persons
GROUP BY person_id
HAVING COUNT(*) > 1
UNION ALL
SELECT 'person_aliases', alias, COUNT(*) FROM person_aliases GROUP BY alias HAVING COUNT(*) > 1
