-- The events that carry a key, and in which column.
-- Grain: event x column.
WITH carried AS (
    SELECT
        event_id,
        'account_id' AS column_name
    FROM vault.event_keys
    WHERE account_key = $identifier_key
    UNION ALL
    SELECT
        event_id,
        'order_id' AS column_name
    FROM vault.event_keys
    WHERE order_key = $identifier_key
    UNION ALL
    SELECT
        event_id,
        'partner_event_id' AS column_name
    FROM vault.event_keys
    WHERE partner_event_key = $identifier_key
    UNION ALL
    SELECT
        event_id,
        'coupon_code' AS column_name
    FROM vault.event_keys
    WHERE coupon_key = $identifier_key
)

SELECT
    c.event_id,
    c.column_name,
    e.journey_id,
    e.status
FROM carried AS c
INNER JOIN events AS e ON c.event_id = e.event_id
ORDER BY e.occurred_at, c.event_id, c.column_name
