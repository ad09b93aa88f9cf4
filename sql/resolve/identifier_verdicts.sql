-- Identifiers that must not link persons, and whether they may still match.
-- Grain: identifier_key.
-- Why: two member ids are never one person unless a record says so. `shared` (an email or phone of two members) links
-- nobody and matches each carrier; `ambiguous` (a visitor id of two members: a branch tablet, a family computer) and
-- `over_cap` (more carriers than declared: a kiosk) link nobody and match nobody.
WITH counted_carriers AS (
    SELECT
        identifier_key,
        MIN(kind) AS kind,
        COUNT(*) AS persons,
        CAST(SUM(CASE WHEN has_member_id THEN 1 ELSE 0 END) AS BIGINT) AS members
    FROM identifier_carriers
    GROUP BY identifier_key
),

judged_identifiers AS (
    SELECT
        counted_carriers.identifier_key,
        counted_carriers.kind,
        counted_carriers.persons,
        CASE
            WHEN counted_carriers.persons > config_identifier_caps.max_persons THEN 'over_cap'
            WHEN counted_carriers.members > 1 AND counted_carriers.kind = 'visitor_id' THEN 'ambiguous'
            WHEN counted_carriers.members > 1 THEN 'shared'
        END AS reason_code
    FROM counted_carriers
    LEFT JOIN config_identifier_caps ON counted_carriers.kind = config_identifier_caps.kind
)

SELECT
    identifier_key,
    kind,
    persons,
    reason_code,
    reason_code = 'shared' AS is_shared
FROM judged_identifiers
WHERE reason_code IS NOT NULL
