-- Every condition of every rule, judged for every journey from its root on: what was observed, asked and missing.
-- Grain: rule_version x role x slot_id x condition; with one slot per journey, journey x rule x role x condition.
-- Why: a decision is met when the reward is earned (`released` then tells how long it stays pending), failed when a
-- condition says no, expired when only deadlines were missed, and waits while something may still happen. A former
-- version that still counts for the rewards that it posted is not shown: its steps are those of the current one.
WITH shown_conditions AS (
    SELECT
        c.rule_version, c.role, c.slot_id, c.position, c.condition, c.outcome, c.reason_code, c.is_timeout,
        c.deadline_on, c.measure, c.observed_value, c.threshold_value, c.observed_text, c.threshold_text,
        c.position NOT BETWEEN 121 AND 299 AS decides
    FROM reward_conditions AS c
    INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
    WHERE t.counts IS NULL OR t.is_current
),

judged_conditions AS (
    SELECT
        rule_version, role, slot_id, position, condition, outcome, reason_code, deadline_on, measure,
        observed_value, threshold_value, observed_text, threshold_text,
        MAX(CASE WHEN decides AND outcome = 'failed' AND NOT is_timeout THEN 1 ELSE 0 END) OVER cases AS has_failed,
        MAX(CASE WHEN decides AND outcome = 'failed' AND is_timeout THEN 1 ELSE 0 END) OVER cases AS has_expired,
        MAX(
            CASE
                WHEN decides AND outcome = 'open' AND reason_code <> 'window_open' AND condition <> 'released' THEN 1
                ELSE 0
            END
        ) OVER cases AS is_waiting
    FROM shown_conditions
    WINDOW cases AS (PARTITION BY rule_version, role, slot_id)
),

measured_conditions AS (
    SELECT
        j.rule_version, j.role, j.slot_id, j.position, j.condition, j.outcome, j.reason_code, j.deadline_on,
        j.observed_text, j.threshold_text,
        CASE
            WHEN j.has_failed = 1 THEN 'failed'
            WHEN j.has_expired = 1 THEN 'expired'
            WHEN j.is_waiting = 1 THEN 'waiting'
            ELSE 'met'
        END AS status,
        CASE WHEN j.measure = 'money' THEN t.minor_digits ELSE 0 END AS digits,
        CAST(j.observed_value AS DECIMAL(18, 0)) AS observed,
        CAST(j.threshold_value AS DECIMAL(18, 0)) AS threshold,
        CAST(ABS(j.threshold_value - j.observed_value) AS DECIMAL(18, 0)) AS gap
    FROM judged_conditions AS j
    INNER JOIN rule_terms AS t ON j.rule_version = t.rule_version
)

SELECT
    c.journey_id,
    c.program,
    c.rule_id,
    m.rule_version,
    m.role,
    m.slot_id,
    c.trigger_event_id AS event_id,
    c.container,
    m.status,
    m.position,
    m.condition,
    COALESCE(m.observed_text, CASE m.digits
        WHEN 2 THEN CAST(m.observed * CAST(0.01 AS DECIMAL(3, 2)) AS VARCHAR)
        WHEN 3 THEN CAST(m.observed * CAST(0.001 AS DECIMAL(4, 3)) AS VARCHAR)
        ELSE CAST(m.observed AS VARCHAR)
    END) AS observed,
    COALESCE(m.threshold_text, CASE m.digits
        WHEN 2 THEN CAST(m.threshold * CAST(0.01 AS DECIMAL(3, 2)) AS VARCHAR)
        WHEN 3 THEN CAST(m.threshold * CAST(0.001 AS DECIMAL(4, 3)) AS VARCHAR)
        ELSE CAST(m.threshold AS VARCHAR)
    END) AS threshold,
    CASE WHEN m.outcome <> 'passed' THEN CASE m.digits
        WHEN 2 THEN CAST(m.gap * CAST(0.01 AS DECIMAL(3, 2)) AS VARCHAR)
        WHEN 3 THEN CAST(m.gap * CAST(0.001 AS DECIMAL(4, 3)) AS VARCHAR)
        ELSE CAST(m.gap AS VARCHAR)
    END END AS gap,
    m.deadline_on,
    m.outcome,
    m.reason_code
FROM measured_conditions AS m
INNER JOIN reward_cases AS c ON m.rule_version = c.rule_version AND m.role = c.role AND m.slot_id = c.slot_id
