-- The journeys of which a decision, verdict or number changed.
-- Grain: journey_id.
-- Why: every event of a journey inherits from its root.
SELECT journey_id FROM changed_event_numbers
UNION
SELECT journey_id FROM changed_root_decisions
UNION
SELECT journey_id FROM changed_recognition_quality
UNION
SELECT root_decisions.journey_id
FROM root_decisions
INNER JOIN changed_root_eligibility ON root_decisions.root_event_id = changed_root_eligibility.root_event_id
UNION
SELECT root_decisions.journey_id
FROM root_decisions
INNER JOIN changed_referral_numbers ON root_decisions.root_event_id = changed_referral_numbers.root_event_id
