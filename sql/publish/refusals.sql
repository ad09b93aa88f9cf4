-- Every refused record and why; the record itself stays in the archive.
-- Grain: refused record and reason.
SELECT
    r.file_id,
    r.record_number,
    r.line_number,
    r.column_name,
    r.reason_code,
    r.message
FROM refusals AS r
INNER JOIN files AS f ON r.file_id = f.file_id
WHERE f.received_on <= $as_of
