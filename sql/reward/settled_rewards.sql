-- The posted rewards that nothing new can move: the ledger is not even read of them.
-- Grain: reward_id.
-- Why: a ledger holds millions of rewards, of which a night moves few. One that stands, is due as ever, and has neither
-- a release day behind it nor a word of a person or the payer that was not followed yet, stays as it is.
WITH decided_rewards AS (
    SELECT
        reward_id,
        MAX(CASE WHEN decision = 'decline' THEN 1 ELSE 0 END) AS is_declined
    FROM reward_approvals
    GROUP BY reward_id
),

followed_answers AS (
    SELECT reward_id, caused_by
    FROM reward_entries
    WHERE caused_by LIKE 'fulfillment:%'
),

answered_rewards AS (
    SELECT DISTINCT a.reward_id
    FROM reward_answers AS a
    LEFT JOIN followed_answers AS f ON a.reward_id = f.reward_id AND a.caused_by = f.caused_by
    WHERE f.caused_by IS NULL
)

SELECT r.reward_id
FROM rewards AS r
INNER JOIN reward_verdicts AS v ON r.reward_id = v.reward_id AND v.outcome = 'due'
LEFT JOIN decided_rewards AS d ON r.reward_id = d.reward_id
LEFT JOIN answered_rewards AS a ON r.reward_id = a.reward_id
WHERE
    r.is_live
    AND a.reward_id IS NULL
    AND r.state <> 'approved'
    AND (r.state <> 'pending' OR (r.release_on > $as_of AND d.reward_id IS NULL))
    AND (r.state <> 'failed' OR d.reward_id IS NULL)
    AND COALESCE(d.is_declined, 0) = 0
