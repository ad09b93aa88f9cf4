-- The answers about some rewards.
-- Grain: fulfillment_id.
SELECT
    a.reward_id,
    a.status,
    a.reported_on,
    a.received_on,
    a.caused_by,
    a.reason_code
FROM reward_answers AS a
INNER JOIN wanted_rewards AS w ON a.reward_id = w.reward_id
