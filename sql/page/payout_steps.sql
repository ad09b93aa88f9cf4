-- What is to be done about open rewards, those that someone has to clear first.
-- Grain: state x next step.
SELECT
    state,
    next_step,
    next_step NOT LIKE 'Nothing%' AS is_to_clear,
    COUNT(*) AS rewards,
    MAX(age_days) AS oldest_days
FROM payout_reconciliation
GROUP BY state, next_step
ORDER BY is_to_clear DESC, oldest_days DESC NULLS LAST, state ASC, next_step ASC
