-- Each limit and budget of the rules in force with what is used of it and what is left, by person and period.
-- Grain: scope x program x rule x limit x role x person x period. Scope limit: what one person may get by a rule; budget:
-- what a rule may cost in all; program_budget: what a program may cost in all. role and person stand on limits alone.
-- allowed, used and headroom are rewards where measure is rewards, and minor units of the currency (points where it is
-- XXX) where it is value. used = issued + approved + pending + carried. A reward that was issued keeps its place, also
-- when it was taken back. carried is what was promised to another person and fills this one's place too, since its
-- journey names this one today. A budget has a row for the period of the as-of date also where nothing is used.
-- Why by the version in force: it counts the rewards of all versions of its rule, by its own periods.
WITH filled_places AS (
    SELECT
        p.rule_version, p.rule_key, p.role, p.beneficiary_id AS person_id, p.amount_minor, p.earned_on, p.release_on,
        CASE WHEN p.was_issued THEN 'issued' WHEN p.state = 'approved' THEN 'approved' ELSE 'pending' END AS standing
    FROM posted_slots AS p
    WHERE p.is_live OR p.is_held
    UNION ALL
    SELECT
        p.rule_version, p.rule_key, p.role, p.todays_beneficiary_id AS person_id, p.amount_minor, p.earned_on,
        p.release_on, 'carried' AS standing
    FROM posted_slots AS p
    WHERE (p.is_live OR p.is_held) AND p.todays_beneficiary_id <> p.beneficiary_id
),

declared_limits AS (
    SELECT
        CASE WHEN l.is_budget THEN 'budget' ELSE 'limit' END AS scope,
        t.program,
        t.rule_id,
        t.rule_key,
        l.condition AS limit_name,
        l.max_count,
        l.max_value_minor,
        t.reward_kind AS kind,
        t.reward_currency AS currency,
        l.per,
        CASE WHEN l.per = 'calendar_year' THEN 101 ELSE l.starts_on END AS starts_on,
        l.by_date
    FROM rule_limits AS l
    INNER JOIN rule_terms AS t ON l.rule_version = t.rule_version
    WHERE t.is_current
),

uses AS (
    SELECT
        d.scope, d.program, d.rule_id, d.limit_name, d.max_count, d.max_value_minor, d.kind, d.currency, d.per,
        d.starts_on,
        CASE WHEN d.scope = 'limit' THEN f.role END AS role,
        CASE WHEN d.scope = 'limit' THEN f.person_id END AS person_id,
        f.standing,
        f.amount_minor,
        CASE WHEN d.by_date = 'release_on' THEN f.release_on ELSE f.earned_on END AS filled_on
    FROM declared_limits AS d
    INNER JOIN filled_places AS f ON d.rule_key = f.rule_key AND (d.scope = 'limit' OR f.standing <> 'carried')
    UNION ALL
    SELECT
        'program_budget' AS scope, b.program, CAST(NULL AS VARCHAR) AS rule_id, b.condition AS limit_name, b.max_count,
        b.max_value_minor, CAST(NULL AS VARCHAR) AS kind, b.currency, b.per,
        CASE WHEN b.per = 'calendar_year' THEN 101 ELSE b.starts_on END AS starts_on,
        CAST(NULL AS VARCHAR) AS role, CAST(NULL AS BIGINT) AS person_id, f.standing, f.amount_minor,
        CASE WHEN b.by_date = 'release_on' THEN f.release_on ELSE f.earned_on END AS filled_on
    FROM program_budgets AS b
    INNER JOIN rule_terms AS t ON b.program = t.program AND (b.currency IS NULL OR b.currency = t.reward_currency)
    INNER JOIN filled_places AS f ON t.rule_version = f.rule_version AND f.standing <> 'carried'
    UNION ALL
    SELECT
        d.scope, d.program, d.rule_id, d.limit_name, d.max_count, d.max_value_minor, d.kind, d.currency, d.per,
        d.starts_on, CAST(NULL AS VARCHAR) AS role, CAST(NULL AS BIGINT) AS person_id, 'none' AS standing,
        0 AS amount_minor, $as_of AS filled_on
    FROM declared_limits AS d
    WHERE d.scope = 'budget'
    UNION ALL
    SELECT
        'program_budget' AS scope, b.program, CAST(NULL AS VARCHAR) AS rule_id, b.condition AS limit_name, b.max_count,
        b.max_value_minor, CAST(NULL AS VARCHAR) AS kind, b.currency, b.per,
        CASE WHEN b.per = 'calendar_year' THEN 101 ELSE b.starts_on END AS starts_on,
        CAST(NULL AS VARCHAR) AS role, CAST(NULL AS BIGINT) AS person_id, 'none' AS standing, 0 AS amount_minor,
        $as_of AS filled_on
    FROM program_budgets AS b
),

measured_uses AS (
    SELECT
        scope, program, rule_id, limit_name, role, person_id, per, starts_on, standing,
        CASE WHEN max_count IS NULL THEN 'value' ELSE 'rewards' END AS measure,
        CASE WHEN max_count IS NULL THEN kind END AS kind,
        CASE WHEN max_count IS NULL THEN currency END AS currency,
        COALESCE(max_count, max_value_minor) AS allowed,
        CASE WHEN standing = 'none' THEN 0 WHEN max_count IS NULL THEN amount_minor ELSE 1 END AS used,
        CASE per
            WHEN 'day' THEN filled_on
            WHEN 'month' THEN CAST(DATE_TRUNC('month', filled_on) AS DATE)
            WHEN 'program' THEN CAST(NULL AS DATE)
            ELSE MAKE_DATE(
                CAST(EXTRACT(YEAR FROM filled_on) AS INTEGER) - CASE
                    WHEN EXTRACT(MONTH FROM filled_on) * 100 + EXTRACT(DAY FROM filled_on) < starts_on THEN 1
                    ELSE 0
                END,
                CAST(starts_on // 100 AS INTEGER),
                CAST(starts_on % 100 AS INTEGER)
            )
        END AS from_on
    FROM uses
),

periods AS (
    SELECT
        scope, program, rule_id, limit_name, role, person_id, per, starts_on, measure, kind, currency, allowed, from_on,
        CAST(SUM(CASE WHEN standing = 'issued' THEN used ELSE 0 END) AS BIGINT) AS issued,
        CAST(SUM(CASE WHEN standing = 'approved' THEN used ELSE 0 END) AS BIGINT) AS approved,
        CAST(SUM(CASE WHEN standing = 'pending' THEN used ELSE 0 END) AS BIGINT) AS pending,
        CAST(SUM(CASE WHEN standing = 'carried' THEN used ELSE 0 END) AS BIGINT) AS carried,
        CAST(SUM(used) AS BIGINT) AS used
    FROM measured_uses
    GROUP BY
        scope, program, rule_id, limit_name, role, person_id, per, starts_on, measure, kind, currency, allowed, from_on
),

dated_periods AS (
    SELECT
        scope, program, rule_id, limit_name, role, person_id, per, measure, kind, currency, allowed, from_on, issued,
        approved, pending, carried, used,
        CASE per
            WHEN 'day' THEN from_on
            WHEN 'month' THEN CAST(DATE_TRUNC('month', from_on + 31) AS DATE) - 1
            WHEN 'program' THEN CAST(NULL AS DATE)
            ELSE MAKE_DATE(
                CAST(EXTRACT(YEAR FROM from_on) AS INTEGER) + 1,
                CAST(starts_on // 100 AS INTEGER),
                CAST(starts_on % 100 AS INTEGER)
            ) - 1
        END AS until_on
    FROM periods
)

SELECT
    d.scope,
    d.program,
    d.rule_id,
    d.limit_name,
    d.role,
    d.person_id,
    d.per,
    d.from_on,
    d.until_on,
    COALESCE($as_of BETWEEN d.from_on AND d.until_on, TRUE) AS is_current,
    d.measure,
    d.kind,
    d.currency,
    d.allowed,
    d.issued,
    d.approved,
    d.pending,
    d.carried,
    d.used,
    CASE WHEN d.allowed > d.used THEN d.allowed - d.used ELSE 0 END AS headroom,
    CASE WHEN d.allowed > 0 THEN CAST(10000 * d.used // d.allowed AS BIGINT) END AS used_bps,
    CASE
        WHEN d.used > d.allowed THEN 'over'
        WHEN d.used = d.allowed THEN 'full'
        WHEN 100 * d.used >= c.near_limit_percent * d.allowed THEN 'near'
        ELSE 'free'
    END AS standing
FROM dated_periods AS d
LEFT JOIN config_reports AS c ON TRUE
