-- What was touched, and the rewards that were posted since.
-- Grain: key of a journey, person, event or reward.
SELECT t.unit_0 AS unit FROM touched AS t
UNION
SELECT p.reward_id FROM posted_rewards AS p
