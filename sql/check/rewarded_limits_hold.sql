-- Persons with more rewards in a period than the limit of their rule allows, while one of them is not issued yet.
-- Grain: rule version x limit x role x person x period; no rows when the check holds.
-- Why not the issued ones alone: two persons who were each paid up to the limit may turn out to be one.
WITH dated_rewards AS (
    SELECT
        l.rule_version,
        l.position,
        l.per,
        l.max_count,
        l.max_value_minor,
        p.role,
        p.beneficiary_id,
        p.amount_minor,
        p.is_held,
        CASE WHEN l.by_date = 'release_on' THEN p.release_on ELSE p.earned_on END AS filled_on
    FROM posted_slots AS p
    INNER JOIN rule_limits AS l ON p.rule_version = l.rule_version
    WHERE p.is_live OR p.is_held
),

counted_rewards AS (
    SELECT
        rule_version,
        position,
        max_count,
        max_value_minor,
        role,
        beneficiary_id,
        amount_minor,
        is_held,
        CASE per
            WHEN 'program' THEN 0
            WHEN 'calendar_year' THEN EXTRACT(YEAR FROM filled_on)
            WHEN 'month' THEN EXTRACT(YEAR FROM filled_on) * 100 + EXTRACT(MONTH FROM filled_on)
            ELSE EXTRACT(YEAR FROM filled_on) * 10000 + EXTRACT(MONTH FROM filled_on) * 100
            + EXTRACT(DAY FROM filled_on)
        END AS period
    FROM dated_rewards
)

SELECT
    rule_version,
    position,
    role,
    beneficiary_id,
    period,
    COUNT(*) AS rewards
FROM counted_rewards
GROUP BY rule_version, position, role, beneficiary_id, period
HAVING
    MAX(CASE WHEN is_held THEN 0 ELSE 1 END) = 1
    AND (COUNT(*) > MAX(max_count) OR CAST(SUM(amount_minor) AS BIGINT) > MAX(max_value_minor))
