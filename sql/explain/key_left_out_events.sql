-- Events that carry a key as one of the friend's own identifiers and count for nothing: cancelled ones and those in conflict.
-- Grain: event.
-- Why by the key and not by the person: whom nothing else names is no person, since such an event has none.
WITH carried AS (
    SELECT event_id FROM vault.event_keys WHERE email_key = $identifier_key
    UNION
    SELECT event_id FROM vault.event_keys WHERE phone_key = $identifier_key
    UNION
    SELECT event_id FROM vault.event_keys WHERE partner_user_key = $identifier_key
    UNION
    SELECT event_id FROM vault.event_keys WHERE visitor_key = $identifier_key
)

SELECT e.event_id
FROM carried AS c
INNER JOIN events AS e ON c.event_id = e.event_id
WHERE e.status <> 'active'
ORDER BY e.occurred_at, e.event_id
