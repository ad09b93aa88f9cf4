-- How many days each step takes: from the deed to its arrival, to the decision, to approval, payout and payment.
-- Grain: step x feed (for the arrival of events) or program (for all others).
-- The median is the smallest number of days within which half of them are done, p90_days nine of ten. Steps:
-- 1 happened_to_received, 2 received_to_decided (the first decision of who is recognized, if anybody), 3
-- earned_to_approved, 4 approved_to_issued, 5 issued_to_fulfilled, of each reward's last grant. Production only.
-- Why counted by days first: the ranks then are sums over a few hundred rows, on every engine alike.
WITH first_decisions AS (
    SELECT
        event_id,
        program,
        MIN(decided_as_of) AS decided_on
    FROM recognition_history
    GROUP BY event_id, program
),

measured_days AS (
    SELECT
        1 AS step_number,
        'happened_to_received' AS step,
        f.feed_id,
        CAST(NULL AS VARCHAR) AS program,
        e.received_on - e.occurred_on AS days,
        COUNT(*) AS cases
    FROM events AS e
    INNER JOIN files AS f ON e.file_id = f.file_id
    WHERE e.container = 'production'
    GROUP BY f.feed_id, e.received_on - e.occurred_on
    UNION ALL
    SELECT
        2 AS step_number,
        'received_to_decided' AS step,
        CAST(NULL AS VARCHAR) AS feed_id,
        d.program,
        d.decided_on - e.received_on AS days,
        COUNT(*) AS cases
    FROM first_decisions AS d
    INNER JOIN events AS e ON d.event_id = e.event_id
    WHERE e.container = 'production'
    GROUP BY d.program, d.decided_on - e.received_on
    UNION ALL
    SELECT
        3 AS step_number,
        'earned_to_approved' AS step,
        CAST(NULL AS VARCHAR) AS feed_id,
        program,
        approved_on - earned_on AS days,
        COUNT(*) AS cases
    FROM reward_standings
    WHERE approved_on IS NOT NULL
    GROUP BY program, approved_on - earned_on
    UNION ALL
    SELECT
        4 AS step_number,
        'approved_to_issued' AS step,
        CAST(NULL AS VARCHAR) AS feed_id,
        program,
        issued_on - approved_on AS days,
        COUNT(*) AS cases
    FROM reward_standings
    WHERE issued_on IS NOT NULL AND approved_on IS NOT NULL
    GROUP BY program, issued_on - approved_on
    UNION ALL
    SELECT
        5 AS step_number,
        'issued_to_fulfilled' AS step,
        CAST(NULL AS VARCHAR) AS feed_id,
        program,
        fulfilled_on - issued_on AS days,
        COUNT(*) AS cases
    FROM reward_standings
    WHERE fulfilled_on IS NOT NULL AND issued_on IS NOT NULL
    GROUP BY program, fulfilled_on - issued_on
),

ordered_days AS (
    SELECT
        step_number,
        step,
        feed_id,
        program,
        days,
        cases,
        CAST(SUM(cases) OVER (PARTITION BY step_number, feed_id, program ORDER BY days) AS BIGINT) AS cases_within,
        CAST(SUM(cases) OVER (PARTITION BY step_number, feed_id, program) AS BIGINT) AS all_cases
    FROM measured_days
)

SELECT
    step_number,
    step,
    feed_id,
    program,
    CAST(SUM(cases) AS BIGINT) AS cases,
    MIN(CASE WHEN 2 * cases_within >= all_cases THEN days END) AS median_days,
    MIN(CASE WHEN 10 * cases_within >= 9 * all_cases THEN days END) AS p90_days,
    MAX(days) AS greatest_days
FROM ordered_days
GROUP BY step_number, step, feed_id, program
