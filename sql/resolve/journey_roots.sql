-- The event at which each journey is judged, per program.
-- Grain: journey_id x program.
-- Why: the root is the earliest of the lowest stage among the rewardable events that the program judges, so neither a
-- bare milestone nor a date-only opening loses its place; a milestone without an opening is judged alone until it
-- comes. The friend is the root's person, else that of the earliest event that has one.
WITH judged_events AS (
    SELECT
        events.event_id,
        events.journey_id,
        config_program_events.program,
        events.person_id,
        events.occurred_at,
        events.occurred_on,
        events.container,
        ROW_NUMBER() OVER (
            PARTITION BY events.journey_id, config_program_events.program
            ORDER BY
                config_events.stage NULLS LAST,
                events.occurred_at,
                events.owner_rank NULLS LAST,
                events.partner_event_key NULLS LAST,
                events.event_id
        ) AS root_rank
    FROM events
    INNER JOIN journey_events ON events.event_id = journey_events.event_id AND journey_events.counts
    INNER JOIN config_events ON events.event_name = config_events.event_name AND config_events.rewardable
    INNER JOIN config_program_events
        ON
            events.event_name = config_program_events.event_name
            AND (events.program IS NULL OR events.program = config_program_events.program)
),

first_persons AS (
    SELECT
        events.journey_id,
        events.person_id,
        ROW_NUMBER() OVER (
            PARTITION BY events.journey_id
            ORDER BY events.occurred_at, events.owner_rank NULLS LAST, events.event_id
        ) AS person_rank
    FROM events
    INNER JOIN journey_events ON events.event_id = journey_events.event_id AND journey_events.counts
    WHERE events.person_id IS NOT NULL
),

journey_accounts AS (
    SELECT
        journey_id,
        MIN(account_key) AS account_key
    FROM events
    WHERE journey_id IS NOT NULL
    GROUP BY journey_id
)

SELECT
    judged_events.journey_id,
    judged_events.program,
    judged_events.event_id AS root_event_id,
    COALESCE(judged_events.person_id, first_persons.person_id) AS person_id,
    journey_accounts.account_key,
    judged_events.occurred_at AS root_at,
    judged_events.occurred_on AS root_on,
    judged_events.container
FROM judged_events
INNER JOIN journey_accounts ON judged_events.journey_id = journey_accounts.journey_id
LEFT JOIN first_persons ON judged_events.journey_id = first_persons.journey_id AND first_persons.person_rank = 1
WHERE judged_events.root_rank = 1
