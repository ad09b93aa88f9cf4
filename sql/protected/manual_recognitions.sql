-- The act by which an operator added each recognition; protected area only.
-- Grain: journey root x program x advocate.
-- Why the last act: of several that add one advocate, the last one stands; who did it is said nowhere.
WITH added_recognitions AS (
    SELECT
        a.journal_number,
        a.acted_on,
        a.reason_code,
        CAST(JSON_EXTRACT_STRING(a.arguments, '$.event_id') AS BIGINT) AS event_id,
        JSON_EXTRACT_STRING(a.arguments, '$.program') AS program,
        CAST(JSON_EXTRACT_STRING(a.arguments, '$.advocate_id') AS BIGINT) AS advocate_id
    FROM operator_acts AS a
    WHERE a.act = 'recognition_added' AND a.acted_on <= $as_of
),

ranked_acts AS (
    SELECT
        j.root_event_id,
        j.program,
        COALESCE(p.person_id, m.advocate_id) AS advocate_id,
        m.journal_number,
        m.acted_on,
        m.reason_code,
        ROW_NUMBER() OVER (
            PARTITION BY j.root_event_id, j.program, COALESCE(p.person_id, m.advocate_id)
            ORDER BY m.journal_number DESC
        ) AS act_rank
    FROM added_recognitions AS m
    INNER JOIN events AS e ON m.event_id = e.event_id
    INNER JOIN journey_roots AS j ON e.journey_id = j.journey_id AND j.program = COALESCE(m.program, j.program)
    LEFT JOIN person_aliases AS p ON m.advocate_id = p.alias
)

SELECT
    root_event_id,
    program,
    advocate_id,
    journal_number,
    acted_on,
    reason_code
FROM ranked_acts
WHERE act_rank = 1
