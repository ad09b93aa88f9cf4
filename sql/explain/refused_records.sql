-- The refused records of one file, each with its reason; never with a value.
-- Grain: refused record and reason.
SELECT
    record_number,
    line_number,
    column_name,
    reason_code,
    message
FROM refusals
WHERE file_id = $file_id
ORDER BY record_number, column_name NULLS FIRST, reason_code
