-- Slots that two posted rewards fill: the same promise could be paid twice.
-- Grain: rule x role x slot x ordinal; no rows when the check holds.
SELECT
    rule_key,
    role,
    slot_id,
    ordinal,
    COUNT(*) AS rewards
FROM posted_slots
GROUP BY rule_key, role, slot_id, ordinal
HAVING COUNT(*) > 1
