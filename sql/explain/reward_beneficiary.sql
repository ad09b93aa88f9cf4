-- Whom a reward of an advocate goes to.
-- Grain: reward; at most one.
SELECT beneficiary_id
FROM rewards
WHERE reward_id = $reward_id AND role = 'advocate' AND beneficiary_id IS NOT NULL
