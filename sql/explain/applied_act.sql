-- An operator's act, if the version holds it.
-- Grain: act; at most one.
SELECT journal_number
FROM operator_log
WHERE journal_number = $journal_number
