-- Recognized journeys that wait for their friend: to qualify before a deadline, or to fund what was opened.
-- Grain: reminder x program x journey.
-- Why: of all conditions that still wait for something, the one whose deadline comes first decides when to remind. An
-- account counts as not funded only in programs where some journey was funded: an event that never comes tells nothing
-- about those without it. A journey that ended reminds nobody.
WITH open_conditions AS (
    SELECT
        d.program,
        d.journey_id,
        d.rule_id,
        d.condition,
        d.deadline_on,
        ROW_NUMBER() OVER (
            PARTITION BY d.program, d.journey_id
            ORDER BY d.deadline_on, d.rule_id, d.rule_version, d.role, d.slot_id, d.condition
        ) AS deadline_rank
    FROM reward_decisions AS d
    WHERE
        d.container = 'production'
        AND d.status = 'waiting'
        AND d.outcome = 'open'
        AND (d.condition = 'trigger' OR d.condition LIKE 'require%')
        AND COALESCE(d.reason_code, 'none') NOT IN ('not_judged', 'window_open')
        AND d.deadline_on >= $as_of
),

funded_journeys AS (
    SELECT DISTINCT
        r.program,
        e.journey_id
    FROM journey_roots AS r
    INNER JOIN events AS e ON r.journey_id = e.journey_id
    INNER JOIN config_funded_events AS f ON e.event_name = f.event_name
    WHERE r.container = 'production' AND e.status = 'active' AND e.container = 'production'
),

funded_programs AS (
    SELECT DISTINCT program FROM funded_journeys
),

recognized_journeys AS (
    SELECT
        r.program,
        r.journey_id,
        r.person_id,
        r.root_on,
        j.advocate_id
    FROM journey_roots AS r
    INNER JOIN journeys AS j ON r.program = j.program AND r.journey_id = j.journey_id
    LEFT JOIN ended_journeys AS e ON r.journey_id = e.journey_id
    WHERE r.container = 'production' AND j.advocate_id IS NOT NULL AND e.journey_id IS NULL
)

SELECT
    'qualify_by' AS reminder,
    j.program,
    j.journey_id,
    j.person_id,
    j.advocate_id,
    o.rule_id,
    o.condition,
    o.deadline_on - c.qualify_days_left AS due_on,
    o.deadline_on AS until_on
FROM recognized_journeys AS j
INNER JOIN open_conditions AS o
    ON j.program = o.program AND j.journey_id = o.journey_id AND o.deadline_rank = 1
CROSS JOIN config_reports AS c
WHERE o.deadline_on <= $as_of + c.qualify_days_left
UNION ALL
SELECT
    'not_funded' AS reminder,
    j.program,
    j.journey_id,
    j.person_id,
    j.advocate_id,
    o.rule_id,
    o.condition,
    j.root_on + c.not_funded_days AS due_on,
    o.deadline_on AS until_on
FROM recognized_journeys AS j
INNER JOIN funded_programs AS p ON j.program = p.program
CROSS JOIN config_reports AS c
LEFT JOIN funded_journeys AS f ON j.program = f.program AND j.journey_id = f.journey_id
LEFT JOIN open_conditions AS o
    ON j.program = o.program AND j.journey_id = o.journey_id AND o.deadline_rank = 1
WHERE f.journey_id IS NULL AND j.root_on + c.not_funded_days <= $as_of
