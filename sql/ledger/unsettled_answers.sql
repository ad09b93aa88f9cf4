-- The answers about rewards that may be moved, or that are not posted.
-- Grain: fulfillment_id.
SELECT
    a.reward_id,
    a.status,
    a.reported_on,
    a.received_on,
    a.caused_by,
    a.reason_code
FROM reward_answers AS a
LEFT JOIN settled_rewards AS s ON a.reward_id = s.reward_id
WHERE s.reward_id IS NULL
