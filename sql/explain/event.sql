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
    e.file_id,
    e.record_number,
    e.received_on
FROM events AS e
WHERE e.event_id = $event_id
