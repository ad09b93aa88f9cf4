-- How far each journey came, when, and whose friend it brought.
-- Grain: journey × program.
-- Why: the catalog says what counts as a step (`stage`) or as an end (`negative`); which of its events open, fund, qualify
-- and close is read from the end of their names: `account_opened`, `loan_funded`, `account_qualified`,
-- `account_closed`. Each day is that of the first such event; test events do not move a production journey.
WITH milestones AS (
    SELECT
        r.journey_id,
        r.program,
        MAX(CASE WHEN NOT c.negative THEN c.stage END) AS stage,
        MIN(CASE WHEN c.stage > 0 AND c.event_name LIKE '%opened' THEN e.occurred_on END) AS opened_on,
        MIN(CASE WHEN c.stage > 0 AND c.event_name LIKE '%funded' THEN e.occurred_on END) AS funded_on,
        MIN(CASE WHEN c.stage > 0 AND c.event_name LIKE '%qualified' THEN e.occurred_on END) AS qualified_on,
        MIN(CASE WHEN c.negative AND c.event_name LIKE '%closed' THEN e.occurred_on END) AS closed_on
    FROM judged_roots AS r
    INNER JOIN events AS e ON r.journey_id = e.journey_id AND r.container = e.container
    INNER JOIN config_events AS c ON e.event_name = c.event_name
    WHERE e.status = 'active'
    GROUP BY r.journey_id, r.program
)

SELECT
    r.journey_id,
    r.program,
    r.person_id,
    e.account_key,
    r.root_event_id,
    m.stage,
    m.opened_on,
    m.funded_on,
    m.qualified_on,
    m.closed_on,
    d.advocate_id,
    r.root_at,
    r.root_on,
    r.container
FROM judged_roots AS r
INNER JOIN events AS e ON r.root_event_id = e.event_id
INNER JOIN milestones AS m ON r.journey_id = m.journey_id AND r.program = m.program
LEFT JOIN root_decisions AS d ON r.root_event_id = d.root_event_id AND r.program = d.program
