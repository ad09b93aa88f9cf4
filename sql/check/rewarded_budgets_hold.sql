-- Budgets of which more was granted in a period than they allow, while one of the rewards in them is not issued yet.
-- Grain: rule version x budget x period; no rows when the check holds.
-- Why not the issued ones alone: late facts may move a reward that was paid into a period that was full already. Two sides
-- of one rule share its budget; other versions of the rule have budgets of their own.
WITH dated_rewards AS (
    SELECT
        l.rule_version,
        l.position,
        l.per,
        l.starts_on,
        l.max_count,
        l.max_value_minor,
        p.amount_minor,
        p.is_held,
        CASE WHEN l.by_date = 'release_on' THEN p.release_on ELSE p.earned_on END AS filled_on
    FROM posted_slots AS p
    INNER JOIN rule_limits AS l ON p.rule_version = l.rule_version AND l.is_budget
    WHERE p.is_live OR p.is_held
),

counted_rewards AS (
    SELECT
        rule_version,
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
    rule_version,
    position,
    period,
    COUNT(*) AS rewards,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor
FROM counted_rewards
GROUP BY rule_version, position, period
HAVING
    MAX(CASE WHEN is_held THEN 0 ELSE 1 END) = 1
    AND (COUNT(*) > MAX(max_count) OR CAST(SUM(amount_minor) AS BIGINT) > MAX(max_value_minor))
