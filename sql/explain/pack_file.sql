-- One delivered file as an auditor finds it again: by the hash of its bytes, under which the archive keeps it.
-- Grain: delivered file; at most one.
SELECT
    file_id,
    feed_id,
    kind,
    content_hash,
    declared_on,
    received_on,
    status,
    records,
    accepted,
    refused
FROM files
WHERE file_id = $file_id
