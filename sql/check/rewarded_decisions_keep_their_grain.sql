-- Decisions with one condition twice or with several statuses: a join has multiplied them.
-- Grain: rule version x role x slot; no rows when the check holds.
SELECT
    rule_version,
    role,
    slot_id,
    COUNT(*) AS conditions
FROM reward_decisions
GROUP BY rule_version, role, slot_id
HAVING COUNT(*) <> COUNT(DISTINCT condition) OR COUNT(DISTINCT status) > 1
