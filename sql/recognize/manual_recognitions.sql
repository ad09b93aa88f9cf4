-- Recognitions that support added by the as-of date, at the root of the event's journey.
-- Grain: act × program.
-- Why: an act names any event of the journey and any id that the advocate ever had; without a program it counts in
-- every program that judges the journey. Its evidence time is the root's own: the act itself comes later by nature.
WITH added_recognitions AS (
    SELECT
        a.journal_number,
        CAST(JSON_EXTRACT_STRING(a.arguments, '$.event_id') AS BIGINT) AS event_id,
        JSON_EXTRACT_STRING(a.arguments, '$.program') AS program,
        CAST(JSON_EXTRACT_STRING(a.arguments, '$.advocate_id') AS BIGINT) AS advocate_id
    FROM operator_acts AS a
    WHERE a.act = 'recognition_added' AND a.acted_on <= $as_of
)

SELECT
    m.journal_number,
    r.root_event_id,
    r.program,
    COALESCE(p.person_id, m.advocate_id) AS advocate_id,
    r.root_at,
    r.root_on
FROM added_recognitions AS m
INNER JOIN events AS e ON m.event_id = e.event_id
INNER JOIN judged_roots AS r ON e.journey_id = r.journey_id AND r.program = COALESCE(m.program, r.program)
LEFT JOIN person_aliases AS p ON m.advocate_id = p.alias
