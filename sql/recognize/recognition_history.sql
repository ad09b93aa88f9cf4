-- Which advocate was recognized for an event, and from when to when that was the decision.
-- Grain: decision and period.
-- Why: decisions change when evidence comes late. Former rows are kept as they are; one that no longer holds gets its
-- end, a new one is added. A night that changes nothing gives the table back unchanged.
WITH open_decisions AS (
    SELECT h.event_id, h.program, h.advocate_id, h.recognition_type
    FROM recognition_history AS h
    WHERE h.superseded_as_of IS NULL
)

SELECT
    h.event_id,
    h.program,
    h.advocate_id,
    h.recognition_type,
    h.decided_as_of,
    CASE WHEN h.superseded_as_of IS NULL AND n.event_id IS NULL THEN $as_of ELSE h.superseded_as_of END
        AS superseded_as_of
FROM recognition_history AS h
LEFT JOIN recognitions AS n
    ON
        h.event_id = n.event_id AND h.program = n.program
        AND h.advocate_id = n.advocate_id AND h.recognition_type = n.recognition_type
UNION ALL
SELECT
    n.event_id,
    n.program,
    n.advocate_id,
    n.recognition_type,
    $as_of AS decided_as_of,
    CAST(NULL AS DATE) AS superseded_as_of
FROM recognitions AS n
LEFT JOIN open_decisions AS o
    ON
        n.event_id = o.event_id AND n.program = o.program
        AND n.advocate_id = o.advocate_id AND n.recognition_type = o.recognition_type
WHERE o.event_id IS NULL
