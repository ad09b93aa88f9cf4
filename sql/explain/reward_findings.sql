-- What a person should see about a reward.
-- Grain: finding x cause.
SELECT
    f.finding,
    f.caused_by
FROM reward_findings AS f
WHERE f.reward_id = $reward_id
ORDER BY f.finding, f.caused_by
