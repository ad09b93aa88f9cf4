-- What the terms promise and is not posted, or is posted and may be moved.
-- Grain: rule_key x role x slot_id x ordinal.
SELECT
    d.rule_key, d.rule_id, d.rule_version, d.program, d.role, d.slot_id, d.ordinal, d.slot_journey_id, d.slot_ordinal,
    d.beneficiary_id, d.friend_id, d.journey_id, d.event_id, d.root_event_id, d.reward_kind, d.amount_minor,
    d.currency, d.approve, d.earned_on, d.release_on
FROM rewards_due AS d
LEFT JOIN posted_slots AS p
    ON d.rule_key = p.rule_key AND d.role = p.role AND d.slot_id = p.slot_id AND d.ordinal = p.ordinal
LEFT JOIN settled_rewards AS s ON p.reward_id = s.reward_id
WHERE s.reward_id IS NULL
