-- What the terms say about the posted rewards that may be moved.
-- Grain: reward_id.
SELECT
    v.reward_id, v.outcome, v.approve, v.after_payment, v.on_displaced, v.reason_code, v.cause_event_id, v.effective_on
FROM reward_verdicts AS v
LEFT JOIN settled_rewards AS s ON v.reward_id = s.reward_id
WHERE s.reward_id IS NULL
