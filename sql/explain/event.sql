-- One event as it stands after corrections.
-- Grain: event.
SELECT
    e.event_id,
    e.event_name,
    e.occurred_at,
    e.occurred_on,
    e.person_id,
    e.journey_id,
    e.program,
    e.container,
    e.amount_minor,
    e.currency,
    e.product,
    e.status,
    f.feed_id,
    e.file_id,
    e.record_number,
    e.received_on
FROM events AS e
LEFT JOIN files AS f ON e.file_id = f.file_id
WHERE e.event_id = $event_id
