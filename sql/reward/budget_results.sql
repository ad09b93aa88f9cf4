-- The place that each claim takes in each budget of its rule, and whether the money is gone before it.
-- Grain: rule_version x role x slot_id x position.
-- Why: a budget is what all persons together may cost. It is filled by issued rewards first, then in order of their date
-- and journey, by what the limits of persons leave; of two budgets the shorter period is filled first. Nothing that is
-- turned away takes a place further on. A rule has two budgets at most. A case is named once, as in limit_results.
WITH turned_away AS (
    SELECT DISTINCT
        t.rule_key,
        l.role,
        l.slot_id
    FROM limit_results AS l
    INNER JOIN rule_terms AS t ON l.rule_version = t.rule_version
    WHERE l.is_over
),

budget_entries AS (
    SELECT
        e.rule_version, e.position, e.level, e.measure, e.rule_key, e.role, e.slot_id, e.journey_id, e.amount_minor,
        e.standing, e.is_own, e.max_count, e.max_value_minor, e.filled_on, e.period
    FROM limit_entries AS e
    LEFT JOIN turned_away AS x
        ON e.rule_key = x.rule_key AND e.role = x.role AND e.slot_id = x.slot_id AND e.standing = 1
    WHERE e.is_budget AND x.slot_id IS NULL
),

first_places AS (
    SELECT
        rule_version, position, rule_key, role, slot_id, standing, is_own, measure, max_count, max_value_minor,
        ROW_NUMBER() OVER (
            PARTITION BY rule_version, period ORDER BY standing, filled_on, journey_id, slot_id, role
        ) AS place,
        CAST(SUM(amount_minor) OVER (
            PARTITION BY rule_version, period ORDER BY standing, filled_on, journey_id, slot_id, role
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS value_minor
    FROM budget_entries
    WHERE level = 4
),

first_losers AS (
    SELECT DISTINCT rule_key, role, slot_id
    FROM first_places
    WHERE is_own AND standing = 1 AND (place > max_count OR value_minor > max_value_minor)
),

second_places AS (
    SELECT
        e.rule_version, e.position, e.rule_key, e.role, e.slot_id, e.standing, e.is_own, e.measure, e.max_count,
        e.max_value_minor,
        ROW_NUMBER() OVER (
            PARTITION BY e.rule_version, e.period
            ORDER BY e.standing, e.filled_on, e.journey_id, e.slot_id, e.role
        ) AS place,
        CAST(SUM(e.amount_minor) OVER (
            PARTITION BY e.rule_version, e.period
            ORDER BY e.standing, e.filled_on, e.journey_id, e.slot_id, e.role
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS value_minor
    FROM budget_entries AS e
    LEFT JOIN first_losers AS x
        ON e.rule_key = x.rule_key AND e.role = x.role AND e.slot_id = x.slot_id AND e.standing = 1
    WHERE e.level = 5 AND x.slot_id IS NULL
),

all_places AS (
    SELECT
        rule_version, position, role, slot_id, standing, is_own, measure, max_count, max_value_minor, place, value_minor
    FROM first_places
    UNION ALL
    SELECT
        rule_version, position, role, slot_id, standing, is_own, measure, max_count, max_value_minor, place, value_minor
    FROM second_places
),

ranked_places AS (
    SELECT
        rule_version, position, role, slot_id, standing, measure, max_count, max_value_minor, place, value_minor,
        ROW_NUMBER() OVER (
            PARTITION BY rule_version, role, slot_id, position ORDER BY standing DESC, place DESC
        ) AS place_rank
    FROM all_places
    WHERE is_own
)

SELECT
    rule_version,
    role,
    slot_id,
    position,
    measure,
    CASE WHEN max_count IS NULL THEN value_minor ELSE place END AS observed,
    COALESCE(max_count, max_value_minor) AS threshold,
    standing = 1 AND (COALESCE(place > max_count, FALSE) OR COALESCE(value_minor > max_value_minor, FALSE)) AS is_over
FROM ranked_places
WHERE place_rank = 1
