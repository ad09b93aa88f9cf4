-- Who is due to be reminded of what, since when, and until when it helps.
-- Grain: reminder x program x coupon (coupon_unused) or journey (qualify_by, not_funded).
-- A reminder stands from due_on until its cause is gone: who sends once a day takes those due on the day. What is suppressed
-- must not be sent.
SELECT
    reminder,
    program,
    due_on,
    until_on,
    days_left,
    role,
    person_id,
    journey_id,
    coupon_key AS coupon_id,
    advocate_id,
    rule_id,
    condition,
    suppressed,
    reason_code
FROM report_reminders
