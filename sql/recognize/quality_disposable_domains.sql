-- How many addresses of the friend and the advocate are at domains of disposable mail (`disposable_domain`).
-- Grain: recognized root × program.
-- Why: nobody stands behind such an address for long. A domain counts with all below it. The text is read from the vault
-- for the recognized persons alone, and only the number leaves this query.
WITH judged_roots_persons AS (
    SELECT d.root_event_id, d.program, d.person_id
    FROM root_decisions AS d
    INNER JOIN config_quality AS q ON d.program = q.program AND q.rule = 'disposable_domain'
    UNION DISTINCT
    SELECT d.root_event_id, d.program, d.advocate_id
    FROM root_decisions AS d
    INNER JOIN config_quality AS q ON d.program = q.program AND q.rule = 'disposable_domain'
),

people AS (
    SELECT DISTINCT person_id
    FROM judged_roots_persons
),

addresses AS (
    SELECT i.person_id, i.identifier_key, SPLIT_PART(LOWER(v.value), '@', 2) AS domain
    FROM people AS p
    INNER JOIN person_identifiers AS i ON p.person_id = i.person_id AND i.kind = 'email'
    INNER JOIN identifiers AS v ON i.identifier_key = v.identifier_key AND v.kind = 'email'
),

parents AS (
    SELECT person_id, identifier_key, domain, SUBSTR(domain, STRPOS(domain, '.') + 1) AS parent
    FROM addresses
),

domains AS (
    SELECT person_id, identifier_key, domain FROM parents
    UNION DISTINCT
    SELECT person_id, identifier_key, parent FROM parents
    UNION DISTINCT
    SELECT person_id, identifier_key, SUBSTR(parent, STRPOS(parent, '.') + 1) FROM parents
)

SELECT
    r.root_event_id,
    r.program,
    'disposable_domain' AS rule,
    COUNT(DISTINCT CASE WHEN c.domain IS NOT NULL THEN d.identifier_key END) AS observed
FROM judged_roots_persons AS r
LEFT JOIN domains AS d ON r.person_id = d.person_id
LEFT JOIN config_disposable_domains AS c ON r.program = c.program AND d.domain = c.domain
GROUP BY r.root_event_id, r.program
