-- Persons who are named by a resolved table and are not among the persons.
-- Grain: table x person_id; no rows when the check holds.
WITH named_persons AS (
    SELECT 'events' AS named_by, person_id FROM events
    UNION
    SELECT 'clicks', person_id FROM clicks
    UNION
    SELECT 'shares', advocate_id FROM shares
    UNION
    SELECT 'coupons', advocate_id FROM coupons
    UNION
    SELECT 'advocates', advocate_id FROM advocates
    UNION
    SELECT 'journey_roots', person_id FROM journey_roots
    UNION
    SELECT 'journey_owners', person_id FROM journey_owners
    UNION
    SELECT 'memberships', person_id FROM memberships
    UNION
    SELECT 'person_identifiers', person_id FROM person_identifiers
    UNION
    SELECT 'person_aliases', person_id FROM person_aliases
)

SELECT
    named_persons.named_by,
    named_persons.person_id
FROM named_persons
LEFT JOIN persons ON named_persons.person_id = persons.person_id
WHERE named_persons.person_id IS NOT NULL AND persons.person_id IS NULL
