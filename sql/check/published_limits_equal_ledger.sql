-- Limits and budgets of which more or less is reported as used than the ledger's rewards fill.
-- Grain: scope x rule x limit; no rows when the check holds.
-- Why: whoever is told that there is headroom must be right. What is carried to another person is left out, since the
-- ledger has it once; so are the budgets of programs, which add up what the rules' rewards are.
WITH reported AS (
    SELECT
        scope,
        rule_id,
        limit_name,
        CAST(SUM(issued + approved + pending) AS BIGINT) AS reported
    FROM report_limits
    WHERE scope <> 'program_budget'
    GROUP BY scope, rule_id, limit_name
),

posted AS (
    SELECT
        CASE WHEN l.is_budget THEN 'budget' ELSE 'limit' END AS scope,
        t.rule_id,
        l.condition AS limit_name,
        CAST(SUM(CASE WHEN l.max_count IS NULL THEN r.amount_minor ELSE 1 END) AS BIGINT) AS posted
    FROM rule_limits AS l
    INNER JOIN rule_terms AS t ON l.rule_version = t.rule_version AND t.is_current
    INNER JOIN rule_terms AS v ON t.rule_key = v.rule_key
    INNER JOIN rewards AS r ON v.rule_version = r.rule_version
    WHERE r.is_live OR r.was_issued
    GROUP BY CASE WHEN l.is_budget THEN 'budget' ELSE 'limit' END, t.rule_id, l.condition
)

SELECT
    COALESCE(p.scope, r.scope) AS scope,
    COALESCE(p.rule_id, r.rule_id) AS rule_id,
    COALESCE(p.limit_name, r.limit_name) AS limit_name,
    p.posted,
    r.reported
FROM posted AS p
FULL OUTER JOIN reported AS r ON p.scope = r.scope AND p.rule_id = r.rule_id AND p.limit_name = r.limit_name
WHERE COALESCE(p.posted, 0) <> COALESCE(r.reported, 0)
