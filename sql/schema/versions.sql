-- Every published version.
-- Grain: publish.
-- Why: lets an analyst see which inputs a version rests on.
SELECT
    CAST(NULL AS VARCHAR) AS version_id,
    CAST(NULL AS BIGINT) AS sequence,
    CAST(NULL AS DATE) AS as_of,
    CAST(NULL AS BIGINT) AS journal_number,
    CAST(NULL AS VARCHAR) AS config_hash,
    CAST(NULL AS VARCHAR) AS code_version,
    CAST(NULL AS VARCHAR) AS content_hash,
    CAST(NULL AS VARCHAR) AS table_hashes
WHERE FALSE
