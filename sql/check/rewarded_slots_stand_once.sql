-- Slots that two posted rewards fill: the same promise could be paid twice.
-- Grain: rule x role x slot; no rows when the check holds.
SELECT
    rule_key,
    role,
    slot_id,
    COUNT(*) AS rewards
FROM posted_slots
GROUP BY rule_key, role, slot_id
HAVING COUNT(*) > 1
