-- Persons with two member ids that no `same_person` record joins.
-- Grain: person_id; no rows when the check holds.
-- Why: two partner_user_ids are never one person by an address, a phone or a browser.
WITH members AS (
    SELECT
        person_identifiers.person_id,
        COALESCE(member_classes.class_key, person_identifiers.identifier_key) AS class_key
    FROM person_identifiers
    LEFT JOIN member_classes ON person_identifiers.identifier_key = member_classes.identifier_key
    WHERE person_identifiers.kind = 'partner_user_id' AND NOT person_identifiers.is_shared
)

SELECT
    person_id,
    COUNT(DISTINCT class_key) AS members
FROM members
GROUP BY person_id
HAVING COUNT(DISTINCT class_key) > 1
