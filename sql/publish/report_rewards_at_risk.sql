-- Rewards that would miss their window if a file that is missing as of today stays away.
-- Grain: feed x rule x deadline.
-- A reward is counted where its journey waits for an event that the feed brings.
SELECT
    feed_id,
    rule_id,
    deadline_on,
    rewards
FROM report_rewards_at_risk
