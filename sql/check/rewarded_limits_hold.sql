-- Persons with more rewards in a period than the limit of their rule allows, while one of them is not issued yet.
-- Grain: rule version x limit x role x person x period; no rows when the check holds.
-- Why not the issued ones alone: two persons who were each paid up to the limit may turn out to be one.
WITH counted_rewards AS (
    SELECT
        l.rule_version,
        l.position,
        p.role,
        p.beneficiary_id,
        CASE l.per
            WHEN 'program' THEN 0
            WHEN 'calendar_year' THEN EXTRACT(YEAR FROM CASE l.by_date WHEN 'release_on' THEN p.release_on ELSE p.earned_on END)
            WHEN 'month' THEN EXTRACT(YEAR FROM CASE l.by_date WHEN 'release_on' THEN p.release_on ELSE p.earned_on END) * 100
            + EXTRACT(MONTH FROM CASE l.by_date WHEN 'release_on' THEN p.release_on ELSE p.earned_on END)
            ELSE EXTRACT(YEAR FROM CASE l.by_date WHEN 'release_on' THEN p.release_on ELSE p.earned_on END) * 10000
            + EXTRACT(MONTH FROM CASE l.by_date WHEN 'release_on' THEN p.release_on ELSE p.earned_on END) * 100
            + EXTRACT(DAY FROM CASE l.by_date WHEN 'release_on' THEN p.release_on ELSE p.earned_on END)
        END AS period,
        l.max_count,
        l.max_value_minor,
        p.amount_minor,
        p.is_held
    FROM posted_slots AS p
    INNER JOIN rule_limits AS l ON p.rule_version = l.rule_version
    WHERE p.is_live OR p.is_held
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
    AND (COUNT(*) > MAX(max_count) OR SUM(amount_minor) > MAX(max_value_minor))
