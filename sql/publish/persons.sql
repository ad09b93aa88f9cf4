-- Every person: a connected component of identifiers.
-- Grain: person.
-- partner_user_id is published only when publish.identifiers names it; of several, the first in order of text.
WITH partner_users AS (
    SELECT
        i.person_id,
        MIN(v.value) AS partner_user_id
    FROM person_identifiers AS i
    INNER JOIN identifiers AS v ON i.identifier_key = v.identifier_key
    INNER JOIN published_identifiers AS p ON v.kind = p.kind
    WHERE p.kind = 'partner_user_id' AND NOT i.is_shared
    GROUP BY i.person_id
)

SELECT
    p.person_id,
    p.first_seen_on,
    p.customer_since_on,
    p.is_advocate,
    p.is_employee,
    u.partner_user_id
FROM persons AS p
LEFT JOIN partner_users AS u ON p.person_id = u.person_id
