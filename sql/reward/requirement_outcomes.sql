-- Each requirement of each case with its outcome at the end of the as-of date.
-- Grain: rule_version x role x slot_id x position.
-- Why: the deadline's own day still counts, so a requirement is missed on the day after it. What had to come before the
-- trigger or the root is missed at once. A `none` window that is still open blocks nothing: the pending period outlasts it.
SELECT
    r.rule_version,
    r.role,
    r.slot_id,
    r.position,
    r.group_position,
    r.alternative,
    r.condition,
    r.kind,
    r.looks_back,
    r.is_met,
    r.satisfied_on,
    r.deadline_on,
    r.measure,
    r.observed,
    r.threshold,
    CASE
        WHEN NOT r.is_anchored THEN CASE WHEN r.deadline_on < $as_of THEN 'failed' ELSE 'open' END
        WHEN r.kind = 'none' AND NOT r.is_met THEN 'failed'
        WHEN r.kind = 'none' AND (r.until_payout OR r.looks_back OR r.closes_on < $as_of) THEN 'passed'
        WHEN r.kind = 'none' THEN 'open'
        WHEN r.satisfied_on <= COALESCE(r.deadline_on, r.satisfied_on) THEN 'passed'
        WHEN r.looks_back OR r.is_met OR r.deadline_on < $as_of THEN 'failed'
        ELSE 'open'
    END AS outcome,
    CASE
        WHEN NOT r.is_anchored THEN CASE
            WHEN r.deadline_on < $as_of THEN 'deadline_passed'
            WHEN r.looks_back THEN 'not_judged'
            ELSE 'not_yet'
        END
        WHEN r.kind = 'none' AND NOT r.is_met THEN 'event_came'
        WHEN r.kind = 'none' AND (r.until_payout OR r.looks_back OR r.closes_on < $as_of) THEN NULL
        WHEN r.kind = 'none' THEN 'window_open'
        WHEN r.satisfied_on <= COALESCE(r.deadline_on, r.satisfied_on) THEN NULL
        WHEN r.looks_back THEN 'not_met'
        WHEN r.is_met OR r.deadline_on < $as_of THEN 'deadline_passed'
        ELSE 'not_yet'
    END AS reason_code
FROM requirement_results AS r
