-- Rewards with their states, for people who look after them.
-- Grain: reward.
SELECT
    reward_id,
    program,
    rule_id,
    role,
    kind,
    amount_minor,
    currency,
    state,
    earned_on,
    release_on,
    beneficiary_id,
    journey_id
FROM rewards
ORDER BY program, rule_id, earned_on, reward_id
