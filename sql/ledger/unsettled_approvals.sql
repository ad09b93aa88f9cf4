-- The approvals and declines of rewards that may be moved, or that are not posted.
-- Grain: approval or operator's act.
SELECT
    a.reward_id,
    a.decision,
    a.decided_on,
    a.caused_by,
    a.reason_code,
    a.operator_id
FROM reward_approvals AS a
LEFT JOIN settled_rewards AS s ON a.reward_id = s.reward_id
WHERE s.reward_id IS NULL
