-- The rewards of one id, journey or beneficiary (in any role), with their states.
-- Grain: reward.
-- Why one query for three questions: exactly one of the parameters is given, the others are NULL and match nothing.
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
WHERE r.reward_id = $reward_id OR r.journey_id = $journey_id OR r.beneficiary_id = $beneficiary_id
ORDER BY r.earned_on, r.rule_id, r.role, r.reward_id
