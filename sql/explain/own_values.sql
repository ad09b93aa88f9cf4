-- What a friend is known by, as normalized: the identifiers of a journey, of an event, or of a person.
-- Grain: identifier.
-- Why one query for three questions: exactly one of the parameters is given; the others are NULL and match nothing.
-- Why none that several carry: it would lead to what others did.
WITH named_events AS (
    SELECT event_id
    FROM events
    WHERE journey_id = $journey_id OR event_id = $event_id
),

carried AS (
    SELECT k.partner_event_key AS identifier_key
    FROM vault.event_keys AS k
    INNER JOIN named_events AS n ON k.event_id = n.event_id
    UNION
    SELECT k.account_key
    FROM vault.event_keys AS k
    INNER JOIN named_events AS n ON k.event_id = n.event_id
    UNION
    SELECT k.order_key
    FROM vault.event_keys AS k
    INNER JOIN named_events AS n ON k.event_id = n.event_id
    UNION
    SELECT k.partner_user_key
    FROM vault.event_keys AS k
    INNER JOIN named_events AS n ON k.event_id = n.event_id
    UNION
    SELECT k.email_key
    FROM vault.event_keys AS k
    INNER JOIN named_events AS n ON k.event_id = n.event_id
    UNION
    SELECT k.phone_key
    FROM vault.event_keys AS k
    INNER JOIN named_events AS n ON k.event_id = n.event_id
    UNION
    SELECT p.identifier_key
    FROM vault.person_identifiers AS p
    WHERE p.person_id = $person_id AND NOT p.is_shared
)

SELECT
    v.kind,
    v.value
FROM carried AS c
INNER JOIN vault.identifiers AS v ON c.identifier_key = v.identifier_key
LEFT JOIN identity_collisions AS i ON c.identifier_key = i.identifier_key
WHERE i.identifier_key IS NULL
ORDER BY v.kind, v.value
