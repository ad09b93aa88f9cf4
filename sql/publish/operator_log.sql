-- What operators did, when, and why.
-- Grain: operator act.
SELECT
    journal_number,
    acted_at,
    acted_on,
    operator_id,
    act,
    subject_id,
    reason_code
FROM operator_log
