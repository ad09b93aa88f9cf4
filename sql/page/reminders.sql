-- Whom to remind of what: how many, how many of them must not be asked and why, and how many have a week left or less.
-- Grain: reminder x program.
SELECT
    reminder,
    program,
    COUNT(*) AS reminders,
    CAST(SUM(CASE WHEN suppressed THEN 0 ELSE 1 END) AS BIGINT) AS to_send,
    CAST(SUM(CASE WHEN NOT suppressed AND due_on = $as_of THEN 1 ELSE 0 END) AS BIGINT) AS new_today,
    CAST(SUM(CASE WHEN NOT suppressed AND days_left <= 7 THEN 1 ELSE 0 END) AS BIGINT) AS within_week,
    CAST(SUM(CASE WHEN reason_code = 'opt_out' THEN 1 ELSE 0 END) AS BIGINT) AS opted_out,
    CAST(SUM(CASE WHEN reason_code = 'no_consent' THEN 1 ELSE 0 END) AS BIGINT) AS no_consent,
    CAST(SUM(CASE WHEN reason_code = 'no_person' THEN 1 ELSE 0 END) AS BIGINT) AS no_person
FROM report_reminders
GROUP BY reminder, program
ORDER BY reminder ASC, program ASC
