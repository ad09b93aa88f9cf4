-- What keeps each of some rewards from being paid.
-- Grain: reward_id x finding; where several do, the last row is the one that is said.
SELECT
    b.reward_id,
    b.finding
FROM payout_bars AS b
INNER JOIN wanted_rewards AS w ON b.reward_id = w.reward_id
ORDER BY b.reward_id, CASE b.finding WHEN 'payout_answered_as_paid' THEN 2 WHEN 'payout_in_review' THEN 1 ELSE 0 END
