-- Every rewardable event in every program that judges it: by its name, and by its own program where it names one.
-- Grain: event × program.
-- Why: recognitions and unrecognized events divide exactly these rows between them.
SELECT
    e.event_id,
    p.program,
    e.journey_id,
    e.event_name,
    e.occurred_at,
    e.occurred_on,
    e.owner_rank,
    e.partner_event_key,
    e.status,
    e.container,
    e.has_placeholder
FROM events AS e
INNER JOIN config_events AS c ON e.event_name = c.event_name
INNER JOIN config_program_events AS p ON e.event_name = p.event_name
WHERE
    c.rewardable
    AND e.status IN ('active', 'conflict')
    AND (e.program IS NULL OR e.program = p.program)
