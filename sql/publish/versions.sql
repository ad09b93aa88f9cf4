-- Every published version, this one included, and what it rests on.
-- Grain: published version.
SELECT
    version_id,
    sequence,
    as_of,
    journal_number,
    config_hash,
    code_version,
    content_hash,
    table_hashes
FROM versions
UNION ALL
SELECT
    version_id,
    sequence,
    as_of,
    journal_number,
    config_hash,
    code_version,
    content_hash,
    table_hashes
FROM new_version
