-- Rewardable events that nobody was recognized for, by reason.
-- Grain: program x event name x reason.
-- share_bps is this row's share of the program's unrecognized events, in basis points, rounded half up.
WITH reasons AS (
    SELECT
        u.program,
        e.event_name,
        u.reason_code,
        COUNT(*) AS events,
        MIN(e.occurred_on) AS first_on,
        MAX(e.occurred_on) AS last_on
    FROM unrecognized_events AS u
    INNER JOIN events AS e ON u.event_id = e.event_id
    GROUP BY u.program, e.event_name, u.reason_code
),

program_totals AS (
    SELECT
        program,
        CAST(SUM(events) AS BIGINT) AS program_events
    FROM reasons
    GROUP BY program
)

SELECT
    r.program,
    r.event_name,
    r.reason_code,
    r.events,
    r.first_on,
    r.last_on,
    CAST((20000 * r.events + t.program_events) // (2 * t.program_events) AS BIGINT) AS share_bps
FROM reasons AS r
INNER JOIN program_totals AS t ON r.program = t.program
