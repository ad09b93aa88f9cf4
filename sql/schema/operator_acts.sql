-- What operators did, applied from the journal.
-- Grain: operator act.
-- Why: acts are appended to the journal without the writer's lock; the next writer applies them here.
SELECT
    CAST(NULL AS BIGINT) AS journal_number,
    CAST(NULL AS TIMESTAMP) AS acted_at,
    CAST(NULL AS DATE) AS acted_on,
    CAST(NULL AS VARCHAR) AS operator_id,
    CAST(NULL AS VARCHAR) AS act,
    CAST(NULL AS BIGINT) AS subject_id,
    CAST(NULL AS VARCHAR) AS arguments,
    CAST(NULL AS VARCHAR) AS reason_code
WHERE FALSE
