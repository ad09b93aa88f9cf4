-- The dated lists themselves: a list without members is a list too.
-- Grain: purpose, date and file.
-- list_change is add or remove for a list that only changes the standing one, else NULL: a whole list.
-- Why: an empty list ends every membership, so it must be known.
SELECT
    CAST(NULL AS VARCHAR) AS purpose,
    CAST(NULL AS DATE) AS list_on,
    CAST(NULL AS VARCHAR) AS list_change,
    CAST(NULL AS VARCHAR) AS file_id,
    CAST(NULL AS BIGINT) AS records,
    CAST(NULL AS DATE) AS received_on,
    CAST(NULL AS BIGINT) AS facts_seq
WHERE FALSE
