-- The records that contradict each other about an event, or that cancel it, in the order in which they came.
-- Grain: record.
WITH records AS (
    SELECT
        event_id,
        version_key,
        action,
        file_id,
        record_number,
        received_on,
        occurred_at,
        amount_minor,
        currency,
        product
    FROM vault.event_versions
    UNION ALL
    SELECT
        event_id,
        NULL,
        'cancel',
        file_id,
        record_number,
        received_on,
        NULL,
        NULL,
        NULL,
        NULL
    FROM vault.event_cancellations
)

SELECT
    r.version_key,
    r.action,
    f.feed_id,
    r.file_id,
    r.record_number,
    r.received_on,
    r.occurred_at,
    r.amount_minor,
    r.currency,
    r.product
FROM records AS r
LEFT JOIN files AS f ON r.file_id = f.file_id
WHERE r.event_id = $event_id
ORDER BY r.received_on, r.file_id, r.record_number, r.version_key
