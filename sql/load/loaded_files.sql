-- The files that the warehouse knows, by what makes two deliveries the same.
-- Grain: delivered file.
-- Why: load takes its work from here, never from its arguments alone.

SELECT
    f.file_id,
    f.feed_id,
    f.content_hash,
    f.declared_on,
    f.status,
    f.reason_code,
    f.records,
    f.accepted,
    f.refused,
    f.duplicates,
    f.conflicts,
    f.waiting,
    f.control_lines,
    f.columns
FROM files AS f
