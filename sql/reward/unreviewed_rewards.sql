-- Rewards that time alone approved, whose recognition came into review before they were paid, and that nobody looked at.
-- Grain: reward_id.
-- Why: a quality verdict may come late, with a file that was late. What was approved by then stays approved, but is not
-- paid until a person approves it; what was paid stays paid.
SELECT DISTINCT r.reward_id
FROM reward_cases AS c
INNER JOIN rewards AS r ON c.posted_reward_id = r.reward_id
INNER JOIN reward_entries AS e
    ON
        r.reward_id = e.reward_id
        AND r.generation = e.generation
        AND e.entry_kind = 'approved'
        AND e.caused_by = 'release'
WHERE
    c.is_in_review
    AND r.state = 'approved'
    AND NOT EXISTS (
        SELECT 1
        FROM reward_approvals AS a
        WHERE r.reward_id = a.reward_id AND a.decision = 'approve'
    )
