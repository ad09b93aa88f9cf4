-- Limits and budgets of the current period: how many of each limit are free, nearly used up, full and over.
-- Grain: scope x program x rule x limit x period x measure x currency x kind.
-- allowed and used are those of the place that is used most: of one person for a limit, of the rule for a budget.
WITH ranked_limits AS (
    SELECT
        scope, program, rule_id, limit_name, per, measure, kind, currency, allowed, used, headroom, used_bps, standing,
        ROW_NUMBER() OVER (
            PARTITION BY scope, program, rule_id, limit_name, per, measure, kind, currency
            ORDER BY used_bps DESC NULLS LAST, from_on DESC NULLS LAST, role NULLS LAST, person_id NULLS LAST
        ) AS place
    FROM report_limits
    WHERE is_current
)

SELECT
    scope,
    program,
    rule_id,
    limit_name,
    per,
    measure,
    CASE WHEN currency = 'XXX' THEN kind ELSE currency END AS unit,
    COUNT(*) AS places,
    CAST(SUM(CASE WHEN standing = 'free' THEN 1 ELSE 0 END) AS BIGINT) AS free,
    CAST(SUM(CASE WHEN standing = 'near' THEN 1 ELSE 0 END) AS BIGINT) AS near,
    CAST(SUM(CASE WHEN standing = 'full' THEN 1 ELSE 0 END) AS BIGINT) AS filled,
    CAST(SUM(CASE WHEN standing = 'over' THEN 1 ELSE 0 END) AS BIGINT) AS over,
    MAX(CASE WHEN place = 1 THEN allowed END) AS allowed,
    MAX(CASE WHEN place = 1 THEN used END) AS used,
    MAX(CASE WHEN place = 1 THEN headroom END) AS headroom,
    MAX(CASE WHEN place = 1 THEN used_bps END) AS used_bps
FROM ranked_limits
GROUP BY
    scope, program, rule_id, limit_name, per, measure, kind, currency,
    CASE WHEN currency = 'XXX' THEN kind ELSE currency END
ORDER BY
    used_bps DESC NULLS LAST, scope ASC, program ASC, rule_id ASC NULLS LAST, limit_name ASC, per ASC, measure ASC,
    unit ASC NULLS LAST
