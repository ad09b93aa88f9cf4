-- The first and last sighting of every contested version in the incoming file, merged with what is known.
-- Grain: identity, content and version; only those that are new or whose sightings change.
-- Why: the smallest (day, file, record) and the greatest are the same in whatever order files arrive.

WITH incoming_versions AS (
    SELECT
        incoming.identity,
        incoming.content_key,
        incoming.version_key,
        MIN(incoming.record_number) AS first_record_number,
        MAX(incoming.record_number) AS last_record_number
    FROM contested_records AS incoming
    GROUP BY
        incoming.identity,
        incoming.content_key,
        incoming.version_key
),

compared_versions AS (
    SELECT
        v.identity,
        v.content_key,
        v.version_key,
        v.first_record_number,
        v.last_record_number,
        k.file_id AS known_file_id,
        k.record_number AS known_record_number,
        k.received_on AS known_received_on,
        k.last_file_id AS known_last_file_id,
        k.last_record_number AS known_last_record_number,
        k.last_received_on AS known_last_received_on,
        k.identity IS NOT NULL AS is_known,
        k.identity IS NULL
        OR $received_on < k.received_on
        OR ($received_on = k.received_on AND $file_id < k.file_id) AS is_first,
        k.identity IS NULL
        OR $received_on > k.last_received_on
        OR ($received_on = k.last_received_on AND $file_id > k.last_file_id) AS is_last
    FROM incoming_versions AS v
    LEFT JOIN known_versions AS k
        ON
            v.identity = k.identity
            AND v.content_key = k.content_key
            AND v.version_key = k.version_key
)

SELECT
    identity,
    content_key,
    version_key,
    first_record_number,
    is_known,
    CASE WHEN is_first THEN $file_id ELSE known_file_id END AS file_id,
    CASE WHEN is_first THEN first_record_number ELSE known_record_number END AS record_number,
    CASE WHEN is_first THEN CAST($received_on AS DATE) ELSE known_received_on END AS received_on,
    CASE WHEN is_last THEN $file_id ELSE known_last_file_id END AS last_file_id,
    CASE WHEN is_last THEN last_record_number ELSE known_last_record_number END AS last_record_number,
    CASE WHEN is_last THEN CAST($received_on AS DATE) ELSE known_last_received_on END AS last_received_on
FROM compared_versions
WHERE is_first OR is_last
