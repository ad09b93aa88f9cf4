-- How many phones (`shared_phone`) and devices (`shared_device`) the friend and the advocate have in common.
-- Grain: recognized root × program × rule.
-- Why: two persons of one household, or one person twice. It never decides who they are: whoever is known to be the
-- advocate is not recognized at all (self-referral). 0 where they share none. A phone and a person meet once in the hints,
-- so the two joins give one row for each identifier in common.
WITH shared AS (
    SELECT
        d.root_event_id,
        d.program,
        CASE WHEN f.kind = 'phone' THEN 'shared_phone' ELSE 'shared_device' END AS rule,
        COUNT(*) AS observed
    FROM root_decisions AS d
    INNER JOIN household_hints AS f ON d.person_id = f.person_id
    INNER JOIN household_hints AS a ON d.advocate_id = a.person_id AND f.identifier_key = a.identifier_key
    GROUP BY d.root_event_id, d.program, CASE WHEN f.kind = 'phone' THEN 'shared_phone' ELSE 'shared_device' END
)

SELECT
    d.root_event_id,
    d.program,
    q.rule,
    COALESCE(s.observed, 0) AS observed
FROM root_decisions AS d
INNER JOIN config_quality AS q ON d.program = q.program AND q.rule IN ('shared_phone', 'shared_device')
LEFT JOIN shared AS s ON d.root_event_id = s.root_event_id AND d.program = s.program AND q.rule = s.rule
