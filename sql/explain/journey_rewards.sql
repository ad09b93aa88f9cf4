-- The rewards of a journey, with their states.
-- Grain: reward.
SELECT
    r.reward_id,
    r.rule_id,
    r.program,
    r.role,
    r.beneficiary_id,
    r.journey_id,
    r.kind,
    r.amount_minor,
    r.currency,
    r.state,
    r.earned_on,
    r.release_on
FROM rewards AS r
WHERE r.journey_id = $journey_id
ORDER BY r.earned_on, r.rule_id, r.role, r.reward_id
