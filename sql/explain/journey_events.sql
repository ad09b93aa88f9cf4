-- What arrived of a journey: each event with the file and record that brought it.
-- Grain: event.
SELECT
    e.event_id,
    e.event_name,
    e.occurred_at,
    e.occurred_on,
    e.time_precision,
    e.person_id,
    e.container,
    e.amount_minor,
    e.currency,
    e.product,
    e.status,
    e.file_id,
    e.record_number,
    e.received_on,
    f.feed_id
FROM events AS e
LEFT JOIN files AS f ON e.file_id = f.file_id
WHERE e.journey_id = $journey_id
ORDER BY e.occurred_at, e.event_id
