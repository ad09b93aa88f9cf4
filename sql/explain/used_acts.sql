-- The operators' acts that the ledger has followed.
-- Grain: cause.
SELECT DISTINCT caused_by
FROM reward_entries
WHERE caused_by LIKE 'act:%'
ORDER BY caused_by
