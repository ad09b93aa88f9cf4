-- Programs and event names in which some attribution model gives away more or less than one event's credit per event.
-- Grain: program x event name; no rows when the check holds.
-- Why: a fan-out of a join, or a touch without a share of credit, would show here first.
WITH recognized AS (
    SELECT
        r.program,
        e.event_name,
        COUNT(*) AS events
    FROM recognitions AS r
    INNER JOIN events AS e ON r.event_id = e.event_id
    WHERE r.container = 'production'
    GROUP BY r.program, e.event_name
),

credited AS (
    SELECT
        program,
        event_name,
        CAST(SUM(credit_first) AS BIGINT) AS credit_first,
        CAST(SUM(credit_last) AS BIGINT) AS credit_last,
        CAST(SUM(credit_linear) AS BIGINT) AS credit_linear,
        CAST(SUM(credit_position) AS BIGINT) AS credit_position,
        CAST(SUM(credit_decay) AS BIGINT) AS credit_decay,
        CAST(SUM(initial_events + subsequent_events) AS BIGINT) AS counted_events
    FROM report_attribution
    GROUP BY program, event_name
)

SELECT
    COALESCE(r.program, c.program) AS program,
    COALESCE(r.event_name, c.event_name) AS event_name,
    r.events,
    c.counted_events,
    c.credit_first,
    c.credit_last,
    c.credit_linear,
    c.credit_position,
    c.credit_decay
FROM recognized AS r
FULL OUTER JOIN credited AS c ON r.program = c.program AND r.event_name = c.event_name
WHERE
    COALESCE(r.events, 0) <> COALESCE(c.counted_events, 0)
    OR COALESCE(r.events, 0) * 1000000 <> COALESCE(c.credit_first, 0)
    OR COALESCE(r.events, 0) * 1000000 <> COALESCE(c.credit_last, 0)
    OR COALESCE(r.events, 0) * 1000000 <> COALESCE(c.credit_linear, 0)
    OR COALESCE(r.events, 0) * 1000000 <> COALESCE(c.credit_position, 0)
    OR COALESCE(r.events, 0) * 1000000 <> COALESCE(c.credit_decay, 0)
