-- Whom and what the grants by hand name that are not posted yet: the person, the journey and the event of each.
-- Grain: key of a person, a journey or an event.
-- Why: such a reward stands nowhere yet, so that nothing else ties them to it, and it may be paid in the night it is posted.
WITH new_grants AS (
    SELECT a.arguments
    FROM operator_acts AS a
    LEFT JOIN rewards AS r ON a.subject_id = r.reward_id
    WHERE a.act = 'reward_granted' AND r.reward_id IS NULL
),

named_units AS (
    SELECT CAST(JSON_EXTRACT_STRING(arguments, '$.person_id') AS BIGINT) AS unit
    FROM new_grants
    UNION
    SELECT CAST(JSON_EXTRACT_STRING(arguments, '$.journey_id') AS BIGINT) AS unit
    FROM new_grants
    UNION
    SELECT CAST(JSON_EXTRACT_STRING(arguments, '$.event_id') AS BIGINT) AS unit
    FROM new_grants
)

SELECT unit
FROM named_units
WHERE unit IS NOT NULL
