-- What is due by each rule now and would be then, in counts and minor units, and what becomes of the difference.
-- Grain: program × rule_id × role × currency.
-- Why `stays` apart: a simulation speaks of what is due; money that went out does not come back by new terms.
SELECT
    program,
    rule_id,
    role,
    currency,
    COUNT(now_minor) AS now_count,
    CAST(COALESCE(SUM(now_minor), 0) AS BIGINT) AS now_minor,
    COUNT(then_minor) AS then_count,
    CAST(COALESCE(SUM(then_minor), 0) AS BIGINT) AS then_minor,
    CAST(SUM(CASE WHEN change = 'gained' THEN 1 ELSE 0 END) AS BIGINT) AS gained,
    CAST(SUM(CASE WHEN change = 'gained' THEN then_minor ELSE 0 END) AS BIGINT) AS gained_minor,
    CAST(SUM(CASE WHEN change = 'lost' THEN 1 ELSE 0 END) AS BIGINT) AS lost,
    CAST(SUM(CASE WHEN change = 'lost' THEN now_minor ELSE 0 END) AS BIGINT) AS lost_minor,
    CAST(SUM(CASE WHEN change = 'lost' AND stays THEN 1 ELSE 0 END) AS BIGINT) AS lost_stays,
    CAST(SUM(CASE WHEN change = 'lost' AND stays THEN now_minor ELSE 0 END) AS BIGINT) AS lost_stays_minor,
    CAST(SUM(CASE WHEN change = 'lost' AND is_posted AND NOT stays THEN 1 ELSE 0 END) AS BIGINT) AS lost_voided,
    CAST(SUM(CASE WHEN change = 'lost' AND is_posted AND NOT stays THEN now_minor ELSE 0 END) AS BIGINT)
        AS lost_voided_minor,
    CAST(SUM(CASE WHEN change = 'changed_beneficiary' THEN 1 ELSE 0 END) AS BIGINT) AS changed_beneficiary,
    CAST(SUM(CASE WHEN change = 'changed_beneficiary' AND stays THEN 1 ELSE 0 END) AS BIGINT)
        AS changed_beneficiary_stays
FROM promise_changes
GROUP BY program, rule_id, role, currency
ORDER BY program, rule_id, role, currency
