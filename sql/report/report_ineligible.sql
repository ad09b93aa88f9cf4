-- Recognized events that the program's terms do not reward, by reason.
-- Grain: program x event name x reason; recognized production events.
-- An event with several reasons stands under each of them, so events add up to more than there are; sole_events counts
-- those for which it is the only reason. share_bps = events / recognized events of the program and event name, in basis
-- points, rounded down.
WITH reasons AS (
    SELECT 'existing_customer' AS reason_code
    UNION ALL
    SELECT 'recent_customer' AS reason_code
    UNION ALL
    SELECT 'employee' AS reason_code
    UNION ALL
    SELECT 'blocked' AS reason_code
    UNION ALL
    SELECT 'advocate_not_eligible' AS reason_code
    UNION ALL
    SELECT 'advocate_newer_than_friend' AS reason_code
    UNION ALL
    SELECT 'loop' AS reason_code
    UNION ALL
    SELECT 'outside_program' AS reason_code
),

recognized AS (
    SELECT
        r.program,
        e.event_name,
        e.occurred_on,
        r.advocate_id,
        r.ineligible_reason
    FROM recognitions AS r
    INNER JOIN events AS e ON r.event_id = e.event_id
    WHERE r.container = 'production'
),

totals AS (
    SELECT
        program,
        event_name,
        COUNT(*) AS recognized_events
    FROM recognized
    GROUP BY program, event_name
)

SELECT
    r.program,
    r.event_name,
    c.reason_code,
    COUNT(*) AS events,
    CAST(SUM(CASE WHEN r.ineligible_reason = c.reason_code THEN 1 ELSE 0 END) AS BIGINT) AS sole_events,
    COUNT(DISTINCT r.advocate_id) AS advocates,
    MIN(r.occurred_on) AS first_on,
    MAX(r.occurred_on) AS last_on,
    CAST((10000 * COUNT(*)) // t.recognized_events AS BIGINT) AS share_bps
FROM recognized AS r
INNER JOIN reasons AS c
    ON CONCAT(', ', r.ineligible_reason, ', ') LIKE CONCAT('%, ', c.reason_code, ', %')
INNER JOIN totals AS t ON r.program = t.program AND r.event_name = t.event_name
GROUP BY r.program, r.event_name, c.reason_code, t.recognized_events
