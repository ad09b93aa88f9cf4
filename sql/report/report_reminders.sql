-- Who is due to be reminded of what, since when, and until when it helps.
-- Grain: reminder x program x coupon (coupon_unused) or journey (qualify_by, not_funded).
-- coupon_unused: nobody used the coupon for reports.coupon_unused_days. qualify_by: at most reports.qualify_days_left days
-- are left for a condition of a reward that still waits. not_funded: no funding event (reports.funded_events) within
-- reports.not_funded_days of the root. due_on is the first day on which the reminder stood; it stands until the cause is
-- gone, so a sender takes those of one due_on a day. days_left counts from the as-of date to until_on, the coupon's or the
-- condition's last day; empty without one. reason_code says why a reminder is suppressed: opt_out, no_consent (a feed
-- brings consents, and the person's is not there), no_person (nobody is known who could be asked).
-- Must not: be sent where suppressed is true.
WITH reminders AS (
    SELECT
        'coupon_unused' AS reminder,
        program,
        due_on,
        until_on,
        role,
        person_id,
        CAST(NULL AS BIGINT) AS journey_id,
        coupon_key,
        advocate_id,
        CAST(NULL AS VARCHAR) AS rule_id,
        CAST(NULL AS VARCHAR) AS condition
    FROM coupon_reminders
    UNION ALL
    SELECT
        reminder,
        program,
        due_on,
        until_on,
        'friend' AS role,
        person_id,
        journey_id,
        CAST(NULL AS BIGINT) AS coupon_key,
        advocate_id,
        rule_id,
        condition
    FROM journey_reminders
),

consenting_persons AS (
    SELECT DISTINCT person_id
    FROM memberships
    WHERE purpose = 'consent' AND from_on <= $as_of AND (until_on IS NULL OR until_on > $as_of)
),

judged_reminders AS (
    SELECT
        r.reminder,
        r.program,
        r.due_on,
        r.until_on,
        r.role,
        r.person_id,
        r.journey_id,
        r.coupon_key,
        r.advocate_id,
        r.rule_id,
        r.condition,
        CASE
            WHEN r.person_id IS NULL THEN 'no_person'
            WHEN o.person_id IS NOT NULL THEN 'opt_out'
            WHEN c.requires_consent AND y.person_id IS NULL THEN 'no_consent'
        END AS reason_code
    FROM reminders AS r
    CROSS JOIN config_reports AS c
    LEFT JOIN opted_out_persons AS o ON r.person_id = o.person_id
    LEFT JOIN consenting_persons AS y ON r.person_id = y.person_id
)

SELECT
    reminder,
    program,
    due_on,
    until_on,
    CAST(until_on - $as_of AS BIGINT) AS days_left,
    role,
    person_id,
    journey_id,
    coupon_key,
    advocate_id,
    rule_id,
    condition,
    (reason_code IS NOT NULL) AS suppressed,
    reason_code
FROM judged_reminders
