-- Refused records counted by file, column and reason.
-- Grain: file x column x reason.
SELECT
    r.file_id,
    f.feed_id,
    f.received_on,
    f.status AS file_status,
    r.column_name,
    r.reason_code,
    COUNT(*) AS records,
    MIN(r.record_number) AS first_record,
    MIN(r.line_number) AS first_line
FROM refusals AS r
INNER JOIN files AS f ON r.file_id = f.file_id
GROUP BY r.file_id, f.feed_id, f.received_on, f.status, r.column_name, r.reason_code
ORDER BY f.received_on ASC, r.file_id ASC, COUNT(*) DESC, r.column_name NULLS FIRST, r.reason_code ASC
