-- Persons with more rewards in a period than the limit of their rule allows, while one of them is not issued yet.
-- Grain: rule version x limit x role x person x period; no rows when the check holds.
-- Why not the issued ones alone: two persons who were each paid up to the limit may turn out to be one. A reward fills
-- the limit of the person of its posting, and of the one whom its journey names today, as it does where it is judged. One
-- that is kept for the former may be too much for the latter, and stays.
WITH carried_rewards AS (
    SELECT
        rule_version, role, beneficiary_id, amount_minor,
        is_held OR COALESCE(beneficiary_id <> todays_beneficiary_id, FALSE) AS is_held,
        earned_on, release_on
    FROM posted_slots
    WHERE is_live OR is_held
    UNION ALL
    SELECT
        rule_version, role, todays_beneficiary_id AS beneficiary_id, amount_minor,
        is_held OR beneficiary_id IS NOT NULL AS is_held, earned_on, release_on
    FROM posted_slots
    WHERE (is_live OR is_held) AND (beneficiary_id IS NULL OR beneficiary_id <> todays_beneficiary_id)
),

dated_rewards AS (
    SELECT
        l.rule_version,
        l.position,
        l.per,
        l.starts_on,
        l.max_count,
        l.max_value_minor,
        c.role,
        c.beneficiary_id,
        c.amount_minor,
        c.is_held,
        CASE WHEN l.by_date = 'release_on' THEN c.release_on ELSE c.earned_on END AS filled_on
    FROM carried_rewards AS c
    INNER JOIN rule_limits AS l ON c.rule_version = l.rule_version AND NOT l.is_budget
    WHERE c.beneficiary_id IS NOT NULL
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
    role,
    beneficiary_id,
    period,
    COUNT(*) AS rewards
FROM counted_rewards
GROUP BY rule_version, position, role, beneficiary_id, period
HAVING
    MAX(CASE WHEN is_held THEN 0 ELSE 1 END) = 1
    AND (COUNT(*) > MAX(max_count) OR CAST(SUM(amount_minor) AS BIGINT) > MAX(max_value_minor))
