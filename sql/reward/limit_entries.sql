-- What can fill each limit and budget: the rewards that were issued, and the claims that may still be.
-- Grain: rule_version x level x role x slot_id x beneficiary_id, of the limits of every version of a rule.
-- Why: one person's rewards of all versions of a rule share its limits; each version counts them by its own periods. A
-- reward that was issued fills the limit of the person of its posting, and of the one whom its journey names today. So
-- does one that is kept for the former, and no limit takes it away; a budget knows no persons, and judges it as any other.
WITH fillers AS (
    SELECT
        p.rule_key, p.rule_version, p.role, p.case_slot_id AS slot_id, p.journey_id, p.beneficiary_id,
        p.amount_minor, p.earned_on, p.release_on, 0 AS standing, TRUE AS is_shown, FALSE AS is_kept
    FROM posted_slots AS p
    WHERE p.is_held
    UNION ALL
    SELECT
        p.rule_key, p.rule_version, p.role, p.case_slot_id AS slot_id, p.journey_id,
        p.todays_beneficiary_id AS beneficiary_id, p.amount_minor, p.earned_on, p.release_on, 0 AS standing,
        FALSE AS is_shown, FALSE AS is_kept
    FROM posted_slots AS p
    WHERE p.is_held AND p.beneficiary_id <> p.todays_beneficiary_id
    UNION ALL
    SELECT
        c.rule_key, c.rule_version, c.role, c.case_slot_id AS slot_id, c.journey_id, c.beneficiary_id, c.amount_minor,
        c.earned_on, c.release_on, 1 AS standing, TRUE AS is_shown, c.kept_beneficiary_id IS NOT NULL AS is_kept
    FROM slot_claims AS c
    WHERE c.is_open
    UNION ALL
    SELECT
        c.rule_key, c.rule_version, c.role, c.case_slot_id AS slot_id, c.journey_id,
        c.kept_beneficiary_id AS beneficiary_id, c.amount_minor, c.earned_on, c.release_on, 1 AS standing,
        FALSE AS is_shown, TRUE AS is_kept
    FROM slot_claims AS c
    WHERE c.is_open AND c.kept_beneficiary_id IS NOT NULL
),

dated_fillers AS (
    SELECT
        l.rule_version, l.position, l.level, l.is_budget, l.measure, l.max_count, l.max_value_minor, l.per, l.starts_on,
        f.rule_key, f.role, f.slot_id, f.journey_id, f.beneficiary_id, f.amount_minor,
        CASE WHEN f.is_kept AND NOT l.is_budget THEN 0 ELSE f.standing END AS standing,
        f.is_shown AND f.rule_version = l.rule_version AS is_own,
        CASE WHEN l.by_date = 'release_on' THEN f.release_on ELSE f.earned_on END AS filled_on
    FROM rule_limits AS l
    INNER JOIN rule_terms AS t ON l.rule_version = t.rule_version
    INNER JOIN fillers AS f ON t.rule_key = f.rule_key AND (f.is_shown OR NOT l.is_budget)
)

SELECT
    rule_version,
    position,
    level,
    is_budget,
    measure,
    max_count,
    max_value_minor,
    rule_key,
    role,
    slot_id,
    journey_id,
    beneficiary_id,
    amount_minor,
    standing,
    is_own,
    filled_on,
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
