-- What operators did, when, and why: ids only, no names.
-- Grain: operator act.
-- Why: acts of a day that the as-of date does not reach yet are not in force and not shown.
SELECT
    journal_number,
    acted_at,
    acted_on,
    operator_id,
    act,
    subject_id,
    reason_code
FROM operator_acts
WHERE acted_on <= $as_of
