-- The rule versions that posted a reward, each with how many of its rewards still count.
-- Grain: rule_version.
-- Why: a version that posted anything judges what it posted, for good. A reward that was voided before it ever went out
-- is forgotten, and does not count. What an operator granted by hand was posted by no version.
WITH last_entries AS (
    SELECT
        reward_id,
        MAX(sequence) AS sequence,
        MAX(CASE WHEN entry_kind = 'issued' THEN 1 ELSE 0 END) AS issued_ever
    FROM reward_entries
    WHERE rule_version <> 'manual'
    GROUP BY reward_id
)

SELECT
    e.rule_version,
    COUNT(l.reward_id) AS rewards
FROM reward_entries AS e
LEFT JOIN last_entries AS l
    ON e.sequence = l.sequence AND (e.entry_kind <> 'voided' OR l.issued_ever = 1)
WHERE e.rule_version <> 'manual'
GROUP BY e.rule_version
