-- The content that an operator chose for an event in conflict (`matchback events resolve`).
-- Grain: event_id.
-- Why: the last act decides. Content that first came after the act was not before the operator's eyes: it opens the
-- conflict again, and the act has no row here. So has an act whose version a correction has replaced.
WITH latest_acts AS (
    SELECT
        CAST(arguments ->> '$.event_id' AS BIGINT) AS event_id,
        CAST(arguments ->> '$.version_key' AS BIGINT) AS version_key,
        acted_on,
        ROW_NUMBER() OVER (
            PARTITION BY CAST(arguments ->> '$.event_id' AS BIGINT) ORDER BY journal_number DESC
        ) AS act_rank
    FROM operator_acts
    WHERE act = 'event_resolved' AND acted_on <= $as_of
),

content_arrivals AS (
    SELECT
        event_id,
        content_key,
        MIN(received_on) AS first_received_on
    FROM event_contenders
    GROUP BY event_id, content_key
),

newest_contents AS (
    SELECT
        event_id,
        MAX(first_received_on) AS newest_received_on
    FROM content_arrivals
    GROUP BY event_id
)

SELECT
    event_contenders.event_id,
    MIN(event_contenders.content_key) AS content_key
FROM event_contenders
INNER JOIN latest_acts
    ON
        event_contenders.event_id = latest_acts.event_id
        AND event_contenders.version_key = latest_acts.version_key
        AND latest_acts.act_rank = 1
INNER JOIN newest_contents
    ON
        event_contenders.event_id = newest_contents.event_id
        AND newest_contents.newest_received_on <= latest_acts.acted_on
GROUP BY event_contenders.event_id
