-- What each rule owes to the person who did something, such as nominating a neighbor: nobody needs to be recognized.
-- Grain: rule_version x event_id (the slot).
-- Why not from the recognitions: the actor is the event's own person. The program's dates, its blocked and its
-- employees still count, and a test row never earns. Memberships are intervals, so they are counted before the join.
WITH actor_events AS (
    SELECT
        g.rule_version,
        t.program,
        g.event_id,
        g.journey_id,
        g.person_id,
        g.occurred_at,
        g.occurred_on,
        g.container,
        g.product,
        g.amount_minor,
        g.passed
    FROM reward_triggers AS g
    INNER JOIN rule_terms AS t ON g.rule_version = t.rule_version
    INNER JOIN rule_roles AS r ON g.rule_version = r.rule_version AND r.role = 'actor'
),

barred_actors AS (
    SELECT
        a.rule_version,
        a.event_id,
        MIN(CASE WHEN m.purpose = 'employees' THEN 'employee' ELSE 'blocked' END) AS reason_code
    FROM actor_events AS a
    INNER JOIN memberships AS m
        ON
            a.person_id = m.person_id
            AND a.occurred_on >= m.from_on
            AND (m.until_on IS NULL OR a.occurred_on < m.until_on)
    INNER JOIN config_ineligible AS c
        ON
            a.program = c.program
            AND c.reason_code = CASE m.purpose WHEN 'employees' THEN 'employee' WHEN 'blocked' THEN 'blocked' END
    GROUP BY a.rule_version, a.event_id
),

judged_actors AS (
    SELECT
        a.rule_version,
        a.program,
        a.event_id,
        a.journey_id,
        a.person_id,
        a.occurred_at,
        a.occurred_on,
        a.container,
        a.product,
        a.amount_minor,
        a.passed,
        CASE
            WHEN a.person_id IS NULL THEN 'no_identifier'
            WHEN b.reason_code IS NOT NULL THEN b.reason_code
            WHEN a.occurred_on < p.from_on OR a.occurred_on > p.until_on THEN 'outside_program'
            WHEN a.container = 'test' THEN 'test_record'
        END AS ineligible_reason
    FROM actor_events AS a
    INNER JOIN config_programs AS p ON a.program = p.program
    LEFT JOIN barred_actors AS b ON a.rule_version = b.rule_version AND a.event_id = b.event_id
)

SELECT
    a.rule_version,
    'actor' AS role,
    a.event_id AS slot_id,
    a.journey_id,
    COALESCE(j.root_event_id, a.event_id) AS root_event_id,
    COALESCE(j.root_on, a.occurred_on) AS root_on,
    a.container,
    a.person_id AS friend_id,
    CAST(NULL AS BIGINT) AS advocate_id,
    a.person_id AS beneficiary_id,
    TRUE AS is_recognized,
    CAST(NULL AS VARCHAR) AS unrecognized_reason,
    a.ineligible_reason IS NULL AS is_eligible,
    a.ineligible_reason,
    FALSE AS is_in_review,
    a.event_id AS trigger_event_id,
    a.occurred_at AS trigger_at,
    a.occurred_on AS trigger_on,
    a.product AS trigger_product,
    a.amount_minor AS trigger_amount_minor,
    a.passed AS is_condition_met
FROM judged_actors AS a
LEFT JOIN journey_roots AS j ON a.journey_id = j.journey_id AND a.program = j.program
