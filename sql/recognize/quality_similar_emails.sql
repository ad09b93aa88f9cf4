-- By how many letters the nearest two addresses of friend and advocate at one provider differ (`similar_emails`).
-- Grain: recognized root × program, where both have an address at one provider.
-- Why: jo.doe@, jo.doe+1@ and jodoe2@ are one mailbox or one habit. What follows a plus, dots, hyphens, underscores and
-- digits does not count, unless fewer than three letters would be left of the name. The text is read from the vault for
-- the recognized persons alone, and only the number leaves this query.
WITH pairs AS (
    SELECT d.root_event_id, d.program, d.person_id, d.advocate_id
    FROM root_decisions AS d
    INNER JOIN config_quality AS q ON d.program = q.program AND q.rule = 'similar_emails'
    WHERE d.person_id IS NOT NULL
),

people AS (
    SELECT person_id FROM pairs
    UNION DISTINCT
    SELECT advocate_id FROM pairs
),

addresses AS (
    SELECT
        i.person_id,
        SPLIT_PART(LOWER(v.value), '@', 2) AS domain_part,
        SPLIT_PART(SPLIT_PART(LOWER(v.value), '@', 1), '+', 1) AS local_part
    FROM people AS p
    INNER JOIN person_identifiers AS i ON p.person_id = i.person_id AND i.kind = 'email'
    INNER JOIN identifiers AS v ON i.identifier_key = v.identifier_key AND v.kind = 'email'
),

mailboxes AS (
    SELECT
        person_id,
        CASE WHEN domain_part = 'googlemail.com' THEN 'gmail.com' ELSE domain_part END AS provider,
        CASE
            WHEN LENGTH(TRANSLATE(local_part, '._-0123456789', '')) >= 3
                THEN TRANSLATE(local_part, '._-0123456789', '')
            ELSE TRANSLATE(local_part, '._-', '')
        END AS mailbox
    FROM addresses
)

SELECT
    p.root_event_id,
    p.program,
    'similar_emails' AS rule,
    CAST(MIN(LEVENSHTEIN(f.mailbox, a.mailbox)) AS BIGINT) AS observed
FROM pairs AS p
INNER JOIN mailboxes AS f ON p.person_id = f.person_id
INNER JOIN mailboxes AS a ON p.advocate_id = a.person_id AND f.provider = a.provider
GROUP BY p.root_event_id, p.program
