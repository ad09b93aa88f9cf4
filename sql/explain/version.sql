-- The version that is being read, and what it rests on.
-- Grain: publish.
SELECT
    version_id,
    as_of,
    journal_number,
    config_hash,
    code_version,
    content_hash
FROM versions
WHERE version_id = $version_id
