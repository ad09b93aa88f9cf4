-- Rewards that a missing file endangers.
-- Grain: feed x rule x deadline.
SELECT
    feed_id,
    rule_id,
    deadline_on,
    rewards
FROM report_rewards_at_risk
ORDER BY deadline_on, feed_id, rule_id
