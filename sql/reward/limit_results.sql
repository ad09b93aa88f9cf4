-- The place that each claim takes in each limit of its rule, and whether it lies beyond.
-- Grain: rule_version x role x slot_id x position.
-- Why: limits are filled by issued rewards first, then in order of their date and journey; a voided reward is no claim
-- and frees its place, a clawed-back one was issued and does not. Shorter periods are filled first, and a claim that one
-- limit turns away takes no place in the next. A rule has three limits at most. A case that completes another ordinal
-- than the one that was issued for it stands for the claim, and for the issued one only where there is none.
WITH first_places AS (
    SELECT
        rule_version, position, level, rule_key, role, slot_id, standing, is_own, measure, max_count,
        max_value_minor,
        ROW_NUMBER() OVER (
            PARTITION BY rule_version, role, beneficiary_id, period ORDER BY standing, filled_on, journey_id, slot_id
        ) AS place,
        CAST(SUM(amount_minor) OVER (
            PARTITION BY rule_version, role, beneficiary_id, period ORDER BY standing, filled_on, journey_id, slot_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS value_minor
    FROM limit_entries
    WHERE level = 1
),

first_losers AS (
    SELECT DISTINCT rule_key, role, slot_id
    FROM first_places
    WHERE is_own AND standing = 1 AND (place > max_count OR value_minor > max_value_minor)
),

second_places AS (
    SELECT
        e.rule_version, e.position, e.level, e.rule_key, e.role, e.slot_id, e.standing, e.is_own, e.measure,
        e.max_count, e.max_value_minor,
        ROW_NUMBER() OVER (
            PARTITION BY e.rule_version, e.role, e.beneficiary_id, e.period
            ORDER BY e.standing, e.filled_on, e.journey_id, e.slot_id
        ) AS place,
        CAST(SUM(e.amount_minor) OVER (
            PARTITION BY e.rule_version, e.role, e.beneficiary_id, e.period
            ORDER BY e.standing, e.filled_on, e.journey_id, e.slot_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS value_minor
    FROM limit_entries AS e
    LEFT JOIN first_losers AS x
        ON e.rule_key = x.rule_key AND e.role = x.role AND e.slot_id = x.slot_id AND e.standing = 1
    WHERE e.level = 2 AND x.slot_id IS NULL
),

second_losers AS (
    SELECT rule_key, role, slot_id
    FROM first_losers
    UNION
    SELECT rule_key, role, slot_id
    FROM second_places
    WHERE is_own AND standing = 1 AND (place > max_count OR value_minor > max_value_minor)
),

third_places AS (
    SELECT
        e.rule_version, e.position, e.level, e.rule_key, e.role, e.slot_id, e.standing, e.is_own, e.measure,
        e.max_count, e.max_value_minor,
        ROW_NUMBER() OVER (
            PARTITION BY e.rule_version, e.role, e.beneficiary_id, e.period
            ORDER BY e.standing, e.filled_on, e.journey_id, e.slot_id
        ) AS place,
        CAST(SUM(e.amount_minor) OVER (
            PARTITION BY e.rule_version, e.role, e.beneficiary_id, e.period
            ORDER BY e.standing, e.filled_on, e.journey_id, e.slot_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS value_minor
    FROM limit_entries AS e
    LEFT JOIN second_losers AS x
        ON e.rule_key = x.rule_key AND e.role = x.role AND e.slot_id = x.slot_id AND e.standing = 1
    WHERE e.level = 3 AND x.slot_id IS NULL
),

all_places AS (
    SELECT
        rule_version, position, role, slot_id, standing, is_own, measure, max_count, max_value_minor, place, value_minor
    FROM first_places
    UNION ALL
    SELECT
        rule_version, position, role, slot_id, standing, is_own, measure, max_count, max_value_minor, place, value_minor
    FROM second_places
    UNION ALL
    SELECT
        rule_version, position, role, slot_id, standing, is_own, measure, max_count, max_value_minor, place, value_minor
    FROM third_places
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
