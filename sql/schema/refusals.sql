-- Every refused record and why; the raw text stays in the archive only.
-- Grain: refused record and reason.
-- Why: the message names the rule and the column, never the value.
SELECT
    CAST(NULL AS VARCHAR) AS file_id,
    CAST(NULL AS BIGINT) AS record_number,
    CAST(NULL AS BIGINT) AS line_number,
    CAST(NULL AS VARCHAR) AS column_name,
    CAST(NULL AS VARCHAR) AS reason_code,
    CAST(NULL AS VARCHAR) AS message
WHERE FALSE
