-- Events with one of a person's own identifiers that count for nothing: cancelled ones and those in conflict.
-- Grain: event.
WITH own_keys AS (
    SELECT identifier_key
    FROM vault.person_identifiers
    WHERE person_id = $person_id
),

own_events AS (
    SELECT k.event_id
    FROM vault.event_keys AS k
    INNER JOIN own_keys AS o ON k.email_key = o.identifier_key
    UNION
    SELECT k.event_id
    FROM vault.event_keys AS k
    INNER JOIN own_keys AS o ON k.phone_key = o.identifier_key
    UNION
    SELECT k.event_id
    FROM vault.event_keys AS k
    INNER JOIN own_keys AS o ON k.partner_user_key = o.identifier_key
    UNION
    SELECT k.event_id
    FROM vault.event_keys AS k
    INNER JOIN own_keys AS o ON k.visitor_key = o.identifier_key
)

SELECT
    e.event_id,
    e.event_name,
    e.occurred_at,
    e.occurred_on,
    e.status,
    f.feed_id,
    e.file_id,
    e.record_number
FROM own_events AS o
INNER JOIN events AS e ON o.event_id = e.event_id
LEFT JOIN files AS f ON e.file_id = f.file_id
WHERE e.status <> 'active'
ORDER BY e.occurred_at, e.event_id
