-- What a person was granted in a program and that was not taken back before it went out.
-- Grain: reward.
-- Why with what was clawed back: it was paid once, and fills the limits of its rule for good.
SELECT
    r.reward_id,
    r.rule_id,
    r.role,
    r.kind,
    r.journey_id,
    r.amount_minor,
    r.currency,
    r.state,
    r.earned_on,
    r.release_on
FROM rewards AS r
LEFT JOIN person_aliases AS a ON r.beneficiary_id = a.alias
WHERE
    r.program = $program
    AND COALESCE(a.person_id, r.beneficiary_id) = $person_id
    AND r.state NOT IN ('declined', 'voided')
ORDER BY r.earned_on, r.reward_id
