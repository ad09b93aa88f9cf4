-- Roots whose winning candidates and recognition contradict each other: two winners, a recognition of its own without
-- a winner or with another advocate, or a winner without a recognition.
-- Grain: root x program; no rows when the check holds.
WITH winners AS (
    SELECT event_id, program, COUNT(*) AS winners, MIN(advocate_id) AS advocate_id
    FROM recognition_candidates
    WHERE outcome = 'won'
    GROUP BY event_id, program
),

own_recognitions AS (
    SELECT event_id, program, advocate_id
    FROM recognitions
    WHERE basis IN ('direct', 'manual')
)

SELECT
    COALESCE(w.event_id, r.event_id) AS event_id,
    COALESCE(w.program, r.program) AS program,
    COALESCE(w.winners, 0) AS winners
FROM winners AS w
FULL OUTER JOIN own_recognitions AS r ON w.event_id = r.event_id AND w.program = r.program
WHERE
    w.event_id IS NULL OR r.event_id IS NULL OR w.winners <> 1
    OR w.advocate_id IS NULL OR w.advocate_id <> r.advocate_id
