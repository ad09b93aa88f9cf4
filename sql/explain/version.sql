-- The version that is being read.
-- Grain: publish.
SELECT
    version_id,
    as_of
FROM versions
WHERE version_id = $version_id
