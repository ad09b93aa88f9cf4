-- Rewards as a decision about them needs them: the state, whom it pays, and whether a person still has to look.
-- Grain: reward.
SELECT
    r.reward_id,
    r.state,
    r.role,
    r.kind,
    COALESCE(a.person_id, r.beneficiary_id) AS person_id,
    r.amount_minor,
    r.currency,
    MAX(CASE WHEN f.finding = 'payout_in_review' THEN 1 ELSE 0 END) = 1 AS in_review
FROM rewards AS r
LEFT JOIN person_aliases AS a ON r.beneficiary_id = a.alias
LEFT JOIN reward_findings AS f ON r.reward_id = f.reward_id
GROUP BY r.reward_id, r.state, r.role, r.kind, COALESCE(a.person_id, r.beneficiary_id), r.amount_minor, r.currency
