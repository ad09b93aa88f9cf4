-- The files of the version: by what content the archive holds each, and whether any record of it counts for nothing.
-- Grain: delivered file.
SELECT
    f.file_id,
    f.feed_id,
    f.kind,
    f.received_on,
    f.content_hash,
    f.status,
    f.reason_code,
    f.refused,
    f.waiting
FROM files AS f
ORDER BY f.received_on, f.feed_id, f.file_id
