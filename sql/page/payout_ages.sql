-- How old the open rewards are, those that someone has to clear apart from those that only wait.
-- Grain: is_to_clear x ageing.
-- Why by the next step: it says nothing is to be done where nothing is; a second list of such states could differ.
SELECT
    next_step NOT LIKE 'Nothing%' AS is_to_clear,
    ageing,
    COUNT(*) AS rewards
FROM payout_reconciliation
GROUP BY next_step NOT LIKE 'Nothing%', ageing
ORDER BY ageing ASC, is_to_clear ASC
