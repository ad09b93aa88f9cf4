-- The identifiers of the friend on events of a journey, or on one event, that lead to several persons.
-- Grain: event x identifier.
-- Why one query for both: exactly one of the parameters is given; the other is NULL and matches nothing.
WITH named_events AS (
    SELECT event_id, file_id, record_number, occurred_at
    FROM events
    WHERE journey_id = $journey_id OR event_id = $event_id
),

carried AS (
    SELECT k.event_id, k.email_key AS identifier_key
    FROM vault.event_keys AS k
    INNER JOIN named_events AS n ON k.event_id = n.event_id
    UNION
    SELECT k.event_id, k.phone_key
    FROM vault.event_keys AS k
    INNER JOIN named_events AS n ON k.event_id = n.event_id
    UNION
    SELECT k.event_id, k.visitor_key
    FROM vault.event_keys AS k
    INNER JOIN named_events AS n ON k.event_id = n.event_id
)

SELECT
    n.event_id,
    c.kind,
    c.reason_code,
    c.persons,
    f.feed_id,
    n.file_id,
    n.record_number
FROM carried AS k
INNER JOIN named_events AS n ON k.event_id = n.event_id
INNER JOIN identity_collisions AS c ON k.identifier_key = c.identifier_key
LEFT JOIN files AS f ON n.file_id = f.file_id
ORDER BY n.occurred_at, n.event_id, c.kind, c.reason_code
