-- How many referrals of the advocate the program counts up to this one, in the days that the rule looks at
-- (`advocate_velocity`, `referral_cap`).
-- Grain: recognized root × program × rule.
-- Why: each referral is counted with those before it, never with those after: what comes later does not spoil it. A
-- referral enters on its day and leaves after the rule's days, so one running sum counts any window without joining an
-- advocate's referrals to each other.
WITH steps AS (
    SELECT
        d.root_event_id, d.program, d.advocate_id, d.container, d.root_at, q.rule,
        d.root_on AS step_on,
        1 AS step
    FROM root_decisions AS d
    INNER JOIN config_quality AS q
        ON d.program = q.program AND q.rule IN ('advocate_velocity', 'referral_cap')
    UNION ALL
    SELECT
        d.root_event_id, d.program, d.advocate_id, d.container, d.root_at, q.rule,
        d.root_on + q.within_days AS step_on,
        -1 AS step
    FROM root_decisions AS d
    INNER JOIN config_quality AS q
        ON d.program = q.program AND q.rule IN ('advocate_velocity', 'referral_cap')
),

counted_steps AS (
    SELECT
        root_event_id,
        program,
        rule,
        step,
        CAST(SUM(step) OVER (
            PARTITION BY program, rule, advocate_id, container
            ORDER BY step_on, step, root_at, root_event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS observed
    FROM steps
)

SELECT
    root_event_id,
    program,
    rule,
    observed
FROM counted_steps
WHERE step = 1
