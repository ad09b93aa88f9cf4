-- What one set of rules awards over all of history, judged from nothing; kept for each side.
-- Grain: program × role × beneficiary × journey × currency.
-- Why not by rule: another set of rules may call the same promise by another name, or part it into tiers. What counts is
-- what somebody gets for a friend's journey. Points, tiers and badges share the currency XXX, and their sum would be a
-- number of nothing: `currency` names their kind in its place.
SELECT
    d.program,
    d.role,
    d.beneficiary_id,
    d.journey_id,
    CASE WHEN d.currency = 'XXX' THEN d.reward_kind ELSE d.currency END AS currency,
    COUNT(*) AS rewards,
    CAST(SUM(d.amount_minor) AS BIGINT) AS amount_minor
FROM rewards_due AS d
INNER JOIN events AS e ON COALESCE(d.root_event_id, d.event_id) = e.event_id
WHERE e.occurred_on BETWEEN $from_on AND $to_on
GROUP BY
    d.program,
    d.role,
    d.beneficiary_id,
    d.journey_id,
    CASE WHEN d.currency = 'XXX' THEN d.reward_kind ELSE d.currency END
