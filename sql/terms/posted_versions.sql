-- The rule versions that posted a reward, each with how many of its rewards still count.
-- Grain: rule_version.
-- Why: a version that posted anything judges what it posted, for good. A reward that was voided before it ever went out
-- is forgotten, and does not count. What an operator granted by hand was posted by no version.
WITH ranked_entries AS (
    SELECT
        reward_id,
        rule_version,
        entry_kind,
        MAX(CASE WHEN entry_kind = 'issued' THEN 1 ELSE 0 END) OVER (PARTITION BY reward_id) AS issued_ever,
        ROW_NUMBER() OVER (PARTITION BY reward_id ORDER BY sequence DESC) AS entry_rank
    FROM reward_entries
    WHERE rule_version <> 'manual'
)

SELECT
    rule_version,
    COUNT(CASE WHEN entry_rank = 1 AND (entry_kind <> 'voided' OR issued_ever = 1) THEN reward_id END) AS rewards
FROM ranked_entries
GROUP BY rule_version
