-- What becomes of each contested record of the incoming file; the others are accepted.
-- Grain: record.
-- Why: duplicate means that id and content are known or stand earlier in the file; conflict, that an id has several
-- contents and no correction has decided, or that the newest corrections contradict each other; waiting, that a correction came before its original. Only the first two speak
-- of this file's place in the order of arrival: what is stored does not depend on them.

WITH all_versions AS (
    SELECT
        known.identity,
        known.content_key,
        known.action,
        COALESCE(known.corrected_at, CAST(known.received_on AS TIMESTAMP)) AS corrected_at,
        known.received_on
    FROM known_versions AS known
    UNION ALL
    SELECT
        incoming.identity,
        incoming.content_key,
        incoming.action,
        COALESCE(incoming.corrected_at, CAST($received_on AS TIMESTAMP)) AS corrected_at,
        CAST($received_on AS DATE) AS received_on
    FROM contested_records AS incoming
),

ranked_corrections AS (
    SELECT
        identity,
        content_key,
        action,
        corrected_at,
        received_on,
        RANK() OVER (
            PARTITION BY identity
            ORDER BY corrected_at DESC NULLS LAST, received_on DESC NULLS LAST
        ) AS correction_rank
    FROM all_versions
    WHERE action <> 'new'
),

-- A cancellation beats corrections of its rank.
contradicted_corrections AS (
    SELECT
        identity,
        MAX(corrected_at) AS corrected_at,
        MAX(received_on) AS received_on
    FROM ranked_corrections
    WHERE correction_rank = 1
    GROUP BY identity
    HAVING COUNT(DISTINCT content_key) > 1 AND MAX(CASE WHEN action = 'cancel' THEN 1 ELSE 0 END) = 0
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

-- What this very file brought before it was readmitted is no other delivery.
known_contents AS (
    SELECT DISTINCT
        known.identity,
        known.content_key
    FROM known_versions AS known
    WHERE known.file_id <> $file_id
),

numbered_records AS (
    SELECT
        incoming.record_number,
        incoming.identity,
        incoming.content_key,
        incoming.action,
        COALESCE(incoming.corrected_at, CAST($received_on AS TIMESTAMP)) AS corrected_at,
        incoming.amount_minor,
        incoming.currency,
        ROW_NUMBER() OVER (
            PARTITION BY incoming.identity, incoming.content_key
            ORDER BY incoming.record_number
        ) AS occurrence
    FROM contested_records AS incoming
)

SELECT
    r.record_number,
    CASE
        WHEN k.identity IS NOT NULL OR r.occurrence > 1 THEN 'duplicate'
        WHEN r.action <> 'new' AND i.has_original = 0 THEN 'waiting'
        WHEN $conflicts AND r.action = 'new' AND i.contents > 1 AND i.has_correction = 0 THEN 'conflict'
        WHEN $conflicts AND r.action = 'correct' AND c.identity IS NOT NULL THEN 'conflict'
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
LEFT JOIN contradicted_corrections AS c
    ON
        r.identity = c.identity
        AND r.corrected_at = c.corrected_at
        AND c.received_on = CAST($received_on AS DATE)
