-- The place that each claim takes in each budget of its program, and whether that money is gone before it.
-- Grain: rule_version x role x slot_id x position.
-- Why: all rules of a program draw on its budgets, by whichever version. They are filled last, by what the limits of
-- persons and the budgets of the rules leave: issued rewards first, then in order of their date and journey, and of two
-- budgets the shorter period first. An amount of one currency never fills a budget of another. A case is named once, as
-- in limit_results.
WITH turned_away AS (
    SELECT rule_version, role, slot_id
    FROM limit_results
    WHERE is_over
    UNION
    SELECT rule_version, role, slot_id
    FROM budget_results
    WHERE is_over
),

fillers AS (
    SELECT
        p.rule_version, p.rule_key, p.role, p.case_slot_id AS slot_id, p.ordinal, p.journey_id, p.amount_minor,
        p.earned_on, p.release_on, 0 AS standing
    FROM posted_slots AS p
    WHERE p.is_held
    UNION ALL
    SELECT
        c.rule_version, c.rule_key, c.role, c.case_slot_id AS slot_id, c.ordinal, c.journey_id, c.amount_minor,
        c.earned_on, c.release_on, 1 AS standing
    FROM slot_claims AS c
    LEFT JOIN turned_away AS x
        ON c.rule_version = x.rule_version AND c.role = x.role AND c.case_slot_id = x.slot_id
    WHERE c.is_open AND x.slot_id IS NULL
),

dated_fillers AS (
    SELECT
        b.program, b.position, b.level, b.measure, b.max_count, b.max_value_minor, b.per, b.starts_on,
        f.rule_version, f.rule_key, f.role, f.slot_id, f.ordinal, f.journey_id, f.amount_minor, f.standing,
        CASE WHEN b.by_date = 'release_on' THEN f.release_on ELSE f.earned_on END AS filled_on
    FROM program_budgets AS b
    INNER JOIN rule_terms AS t
        ON b.program = t.program AND (b.currency IS NULL OR b.currency = t.reward_currency)
    INNER JOIN fillers AS f ON t.rule_version = f.rule_version
),

budget_entries AS (
    SELECT
        program, position, level, measure, max_count, max_value_minor, rule_version, rule_key, role, slot_id, ordinal,
        journey_id, amount_minor, standing, filled_on,
        CASE per
            WHEN 'day' THEN EXTRACT(YEAR FROM filled_on) * 10000 + EXTRACT(MONTH FROM filled_on) * 100
            + EXTRACT(DAY FROM filled_on)
            WHEN 'month' THEN EXTRACT(YEAR FROM filled_on) * 100 + EXTRACT(MONTH FROM filled_on)
            WHEN 'calendar_year' THEN EXTRACT(YEAR FROM filled_on)
            WHEN 'program' THEN 0
            ELSE EXTRACT(YEAR FROM filled_on) - CASE
                WHEN EXTRACT(MONTH FROM filled_on) * 100 + EXTRACT(DAY FROM filled_on) < starts_on THEN 1
                ELSE 0
            END
        END AS period
    FROM dated_fillers
),

first_places AS (
    SELECT
        rule_version, position, role, slot_id, standing, measure, max_count, max_value_minor,
        ROW_NUMBER() OVER (
            PARTITION BY program, period
            ORDER BY standing, filled_on, journey_id, slot_id, role, rule_key, ordinal, rule_version
        ) AS place,
        CAST(SUM(amount_minor) OVER (
            PARTITION BY program, period
            ORDER BY standing, filled_on, journey_id, slot_id, role, rule_key, ordinal, rule_version
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS value_minor
    FROM budget_entries
    WHERE level = 1
),

first_losers AS (
    SELECT DISTINCT rule_version, role, slot_id
    FROM first_places
    WHERE standing = 1 AND (place > max_count OR value_minor > max_value_minor)
),

second_places AS (
    SELECT
        e.rule_version, e.position, e.role, e.slot_id, e.standing, e.measure, e.max_count, e.max_value_minor,
        ROW_NUMBER() OVER (
            PARTITION BY e.program, e.period
            ORDER BY
                e.standing, e.filled_on, e.journey_id, e.slot_id, e.role, e.rule_key, e.ordinal, e.rule_version
        ) AS place,
        CAST(SUM(e.amount_minor) OVER (
            PARTITION BY e.program, e.period
            ORDER BY
                e.standing, e.filled_on, e.journey_id, e.slot_id, e.role, e.rule_key, e.ordinal, e.rule_version
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS value_minor
    FROM budget_entries AS e
    LEFT JOIN first_losers AS x
        ON e.rule_version = x.rule_version AND e.role = x.role AND e.slot_id = x.slot_id AND e.standing = 1
    WHERE e.level = 2 AND x.slot_id IS NULL
),

all_places AS (
    SELECT rule_version, position, role, slot_id, standing, measure, max_count, max_value_minor, place, value_minor
    FROM first_places
    UNION ALL
    SELECT rule_version, position, role, slot_id, standing, measure, max_count, max_value_minor, place, value_minor
    FROM second_places
),

ranked_places AS (
    SELECT
        rule_version, position, role, slot_id, standing, measure, max_count, max_value_minor, place, value_minor,
        ROW_NUMBER() OVER (
            PARTITION BY rule_version, role, slot_id, position ORDER BY standing DESC, place DESC
        ) AS place_rank
    FROM all_places
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
