-- The events of a journey, and those of a person, with the record that brought each.
-- Grain: event.
-- Why one query for both: exactly one of the parameters is given; the other is NULL and matches nothing.
SELECT
    'event' AS what,
    e.event_id,
    e.event_name,
    e.occurred_at AS happened_at,
    e.occurred_on AS happened_on,
    e.time_precision,
    e.program,
    e.journey_id,
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
WHERE e.journey_id = $journey_id OR e.person_id = $person_id
ORDER BY e.occurred_on, e.occurred_at, e.event_id
