-- What becomes of each good record of the incoming file.
-- Grain: record.
-- Why: duplicate means that id and content are known or stand earlier in the file; conflict, that an id has several
-- contents and no correction has decided; waiting, that a correction came before its original. Only the first two speak
-- of this file's place in the order of arrival: what is stored does not depend on them.

WITH all_versions AS (
    SELECT
        known.identity,
        known.content_key,
        known.action
    FROM known_versions AS known
    UNION ALL
    SELECT
        incoming.identity,
        incoming.content_key,
        incoming.action
    FROM incoming_records AS incoming
),

identities AS (
    SELECT
        identity,
        MAX(CASE WHEN action = 'new' THEN 1 ELSE 0 END) AS has_original,
        MAX(CASE WHEN action = 'new' THEN 0 ELSE 1 END) AS has_correction,
        COUNT(DISTINCT CASE WHEN action = 'new' THEN content_key END) AS contents
    FROM all_versions
    GROUP BY identity
),

known_contents AS (
    SELECT DISTINCT
        known.identity,
        known.content_key
    FROM known_versions AS known
),

numbered_records AS (
    SELECT
        incoming.record_number,
        incoming.identity,
        incoming.content_key,
        incoming.action,
        incoming.amount_minor,
        incoming.currency,
        ROW_NUMBER() OVER (
            PARTITION BY incoming.identity, incoming.content_key
            ORDER BY incoming.record_number
        ) AS occurrence
    FROM incoming_records AS incoming
)

SELECT
    r.record_number,
    CASE
        WHEN k.identity IS NOT NULL OR r.occurrence > 1 THEN 'duplicate'
        WHEN r.action <> 'new' AND i.has_original = 0 THEN 'waiting'
        WHEN $conflicts AND r.action = 'new' AND i.contents > 1 AND i.has_correction = 0 THEN 'conflict'
        ELSE 'accepted'
    END AS status,
    r.amount_minor,
    r.currency
FROM numbered_records AS r
INNER JOIN identities AS i
    ON r.identity = i.identity
LEFT JOIN known_contents AS k
    ON
        r.identity = k.identity
        AND r.content_key = k.content_key
