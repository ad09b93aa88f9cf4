-- Budgets of programs of which more was granted in a period than they allow, while one of the rewards is not issued yet.
-- Grain: program x budget x period; no rows when the check holds.
-- Why not the issued ones alone: a budget that is made smaller may have been spent before. What operators grant by hand
-- takes no place in it, and an amount counts only in its own currency.
WITH dated_rewards AS (
    SELECT
        b.program,
        b.position,
        b.per,
        b.starts_on,
        b.max_count,
        b.max_value_minor,
        p.amount_minor,
        p.is_held,
        CASE WHEN b.by_date = 'release_on' THEN p.release_on ELSE p.earned_on END AS filled_on
    FROM posted_slots AS p
    INNER JOIN rule_terms AS t ON p.rule_version = t.rule_version
    INNER JOIN program_budgets AS b
        ON t.program = b.program AND (b.currency IS NULL OR b.currency = t.reward_currency)
    WHERE p.is_live OR p.is_held
),

counted_rewards AS (
    SELECT
        program,
        position,
        max_count,
        max_value_minor,
        amount_minor,
        is_held,
        CASE per
            WHEN 'program' THEN 0
            WHEN 'calendar_year' THEN EXTRACT(YEAR FROM filled_on)
            WHEN 'month' THEN EXTRACT(YEAR FROM filled_on) * 100 + EXTRACT(MONTH FROM filled_on)
            WHEN 'day' THEN EXTRACT(YEAR FROM filled_on) * 10000 + EXTRACT(MONTH FROM filled_on) * 100
            + EXTRACT(DAY FROM filled_on)
            ELSE EXTRACT(YEAR FROM filled_on) - CASE
                WHEN EXTRACT(MONTH FROM filled_on) * 100 + EXTRACT(DAY FROM filled_on) < starts_on THEN 1
                ELSE 0
            END
        END AS period
    FROM dated_rewards
)

SELECT
    program,
    position,
    period,
    COUNT(*) AS rewards,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor
FROM counted_rewards
GROUP BY program, position, period
HAVING
    MAX(CASE WHEN is_held THEN 0 ELSE 1 END) = 1
    AND (COUNT(*) > MAX(max_count) OR CAST(SUM(amount_minor) AS BIGINT) > MAX(max_value_minor))
