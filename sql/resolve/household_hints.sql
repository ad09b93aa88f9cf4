-- Phones and devices that stand in the own records of several persons: a household, a workplace, or one person twice.
-- Grain: identifier_key × person_id.
-- Why: a hint is evidence for the quality rules and never identity, so it links nobody and matches nothing here. What more
-- persons carry than the cap allows (a kiosk, a switchboard) is no hint about any two of them. Few rows: most phones and
-- devices belong to one person.
WITH carried_twice AS (
    SELECT c.identifier_key
    FROM identifier_carriers AS c
    LEFT JOIN identifier_verdicts AS v ON c.identifier_key = v.identifier_key
    WHERE c.kind IN ('phone', 'visitor_id') AND (v.reason_code IS NULL OR v.reason_code <> 'over_cap')
    GROUP BY c.identifier_key
    HAVING COUNT(*) > 1
),

carriers AS (
    SELECT DISTINCT c.identifier_key, c.kind, p.person_id
    FROM carried_twice AS t
    INNER JOIN identifier_carriers AS c ON t.identifier_key = c.identifier_key
    INNER JOIN component_identifiers AS p ON c.strong_key = p.identifier_key
),

counted_carriers AS (
    SELECT
        identifier_key,
        kind,
        person_id,
        COUNT(*) OVER (PARTITION BY identifier_key) AS persons
    FROM carriers
)

SELECT
    identifier_key,
    kind,
    person_id
FROM counted_carriers
WHERE persons > 1
