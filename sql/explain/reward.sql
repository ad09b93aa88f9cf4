-- One reward, current state.
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
WHERE r.reward_id = $reward_id
