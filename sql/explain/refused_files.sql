-- Files that were refused whole, and those that hold refused records.
-- Grain: delivered file.
-- Why: a file that cannot be read has no refused records to count by, yet stands in quarantine.
SELECT
    f.file_id,
    f.feed_id,
    f.received_on,
    f.status AS file_status,
    f.reason_code,
    f.records,
    f.refused
FROM files AS f
WHERE f.status = 'refused' OR f.refused > 0
ORDER BY f.received_on, f.feed_id, f.file_id
