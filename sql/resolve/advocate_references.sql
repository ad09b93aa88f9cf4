-- Which advocate an identifier, code or standing link names on somebody else's record.
-- Grain: reference_key.
-- Why: a code or link of two advocates names neither. An email that two members share names its own person only when
-- nothing better is at hand, so it does not stand here.
WITH named_references AS (
    SELECT
        component_identifiers.identifier_key AS reference_key,
        component_identifiers.person_id AS advocate_id
    FROM component_identifiers
    LEFT JOIN identifier_verdicts ON component_identifiers.identifier_key = identifier_verdicts.identifier_key
    WHERE component_identifiers.kind IN ('partner_user_id', 'email') AND identifier_verdicts.identifier_key IS NULL
    UNION ALL
    SELECT advocate_code_key, advocate_id FROM advocates
    UNION ALL
    SELECT shareable_key, advocate_id FROM advocates
)

SELECT
    reference_key,
    MIN(advocate_id) AS advocate_id
FROM named_references
WHERE reference_key IS NOT NULL AND advocate_id IS NOT NULL
GROUP BY reference_key
HAVING MIN(advocate_id) = MAX(advocate_id)
