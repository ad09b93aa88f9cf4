-- The records of the incoming file whose outcome is not plain: their identity is known or stands in the file again, or
-- they correct.
-- Grain: record.
-- Why: all others are accepted as they are; only these are compared, so that a file of new records costs little.

WITH repeated_identities AS (
    SELECT incoming.identity
    FROM incoming_records AS incoming
    GROUP BY incoming.identity
    HAVING COUNT(*) > 1
)

SELECT
    r.record_number,
    r.identity,
    r.content_key,
    r.version_key,
    COALESCE(r.action, 'new') AS action,
    r.corrected_at,
    r.amount_minor,
    r.currency
FROM incoming_records AS r
WHERE
    COALESCE(r.action, 'new') <> 'new'
    OR r.identity IN (SELECT i.identity FROM repeated_identities AS i)
    OR r.identity IN (SELECT k.identity FROM known_versions AS k)
