-- Each requirement of which several ways may be gone (`any`, or `all` of several), for each case.
-- Grain: rule_version x role x slot_id x position.
-- Why apart: a way is gone when all its parts are there, on the day of the last; the requirement on the day of the first
-- way. It is missed only when every way has missed a part.
WITH ways AS (
    SELECT
        rule_version,
        role,
        slot_id,
        group_position,
        alternative,
        MIN(CASE WHEN is_met THEN 1 ELSE 0 END) AS is_met,
        MIN(CASE WHEN outcome = 'passed' THEN 1 ELSE 0 END) AS has_passed,
        MAX(CASE WHEN outcome = 'failed' THEN 1 ELSE 0 END) AS has_failed,
        MAX(CASE WHEN outcome = 'failed' AND looks_back THEN 1 ELSE 0 END) AS lacks_the_past,
        MAX(satisfied_on) AS satisfied_on,
        MAX(deadline_on) AS deadline_on
    FROM requirement_outcomes
    WHERE alternative > 0
    GROUP BY rule_version, role, slot_id, group_position, alternative
)

SELECT
    rule_version,
    role,
    slot_id,
    group_position AS position,
    MAX(is_met) = 1 AS is_met,
    MIN(CASE WHEN is_met = 1 THEN satisfied_on END) AS satisfied_on,
    MAX(deadline_on) AS deadline_on,
    MIN(lacks_the_past) = 0 AS is_timeout,
    CAST(SUM(has_passed) AS BIGINT) AS ways_passed,
    CASE
        WHEN MAX(has_passed) = 1 THEN 'passed'
        WHEN MIN(has_failed) = 1 THEN 'failed'
        ELSE 'open'
    END AS outcome,
    CASE
        WHEN MAX(has_passed) = 1 THEN NULL
        WHEN MIN(has_failed) = 0 THEN 'not_yet'
        WHEN MIN(lacks_the_past) = 1 THEN 'not_met'
        ELSE 'deadline_passed'
    END AS reason_code
FROM ways
GROUP BY rule_version, role, slot_id, group_position
