-- Recognitions whose quality is not the worst verdict of the rules that their program declares.
-- Grain: recognition; no rows when the check holds.
-- Why: rewards are held and refused by it. Every declared rule has a row for every recognized root, also where it passes.
WITH worst_verdicts AS (
    SELECT
        event_id,
        program,
        COUNT(*) AS rules,
        MAX(CASE verdict WHEN 'rejected' THEN 2 WHEN 'review' THEN 1 ELSE 0 END) AS worst
    FROM recognition_quality
    GROUP BY event_id, program
),

declared_rules AS (
    SELECT program, COUNT(*) AS rules
    FROM config_quality
    GROUP BY program
)

SELECT
    r.event_id,
    r.program,
    r.quality
FROM recognitions AS r
LEFT JOIN worst_verdicts AS w ON r.root_event_id = w.event_id AND r.program = w.program
LEFT JOIN declared_rules AS d ON r.program = d.program
WHERE
    COALESCE(w.rules, 0) <> COALESCE(d.rules, 0)
    OR r.quality <> CASE COALESCE(w.worst, 0) WHEN 2 THEN 'rejected' WHEN 1 THEN 'review' ELSE 'passed' END
