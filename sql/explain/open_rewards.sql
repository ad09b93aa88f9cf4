-- Rewards that a person may have to decide about: pending, failed, or approved by time while a quality rule asks for a look.
-- Grain: reward.
-- Why all pending ones: whether a rule needs a person stands in the configuration, and whether a grant does in its terms.
WITH open_reviews AS (
    SELECT DISTINCT
        d.journey_id,
        d.rule_id,
        d.role
    FROM reward_decisions AS d
    WHERE d.condition = 'reviewed' AND d.outcome = 'open'
),

late_reviews AS (
    SELECT DISTINCT f.reward_id
    FROM reward_findings AS f
    WHERE f.finding = 'payout_in_review'
)

SELECT
    r.reward_id,
    r.program,
    r.rule_id,
    r.role,
    r.kind,
    r.amount_minor,
    r.currency,
    r.state,
    r.earned_on,
    r.release_on,
    COALESCE(o.journey_id IS NOT NULL OR l.reward_id IS NOT NULL, FALSE) AS in_review
FROM rewards AS r
LEFT JOIN open_reviews AS o ON r.journey_id = o.journey_id AND r.rule_id = o.rule_id AND r.role = o.role
LEFT JOIN late_reviews AS l ON r.reward_id = l.reward_id
WHERE r.state IN ('pending', 'failed') OR l.reward_id IS NOT NULL
ORDER BY r.earned_on, r.program, r.rule_id, r.reward_id
