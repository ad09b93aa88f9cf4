-- Delivered files and what became of their records.
-- Grain: delivered file.
SELECT
    file_id,
    feed_id,
    kind,
    declared_on,
    received_on,
    received_at,
    status,
    reason_code,
    records,
    accepted,
    refused,
    duplicates,
    conflicts,
    waiting,
    control_lines
FROM files
ORDER BY received_on, feed_id, file_id
