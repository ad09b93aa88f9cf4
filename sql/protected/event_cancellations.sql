-- The records that cancel an event: which file says so; protected area only.
-- Grain: cancelled event x record.
SELECT
    f.event_id,
    f.file_id,
    f.record_number,
    f.received_on
FROM fact_events AS f
INNER JOIN events AS e ON f.event_id = e.event_id
WHERE f.action = 'cancel' AND e.status = 'cancelled' AND f.received_on <= $as_of
