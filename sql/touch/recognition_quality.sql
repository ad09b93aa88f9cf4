-- The recognized roots of which a rule observed something else.
-- Grain: event_id.
-- Why: each rule's observations stand in a table of their own.
SELECT root_event_id AS event_id FROM changed_root_decisions
UNION
SELECT root_event_id FROM changed_quality_similar_emails
UNION
SELECT root_event_id FROM changed_quality_disposable_domains
UNION
SELECT root_event_id FROM changed_quality_shared_identifiers
UNION
SELECT root_event_id FROM changed_quality_seconds_after_click
UNION
SELECT root_event_id FROM changed_quality_referral_counts
UNION
SELECT root_event_id FROM changed_quality_coupon_uses
UNION
SELECT root_event_id FROM changed_quality_guessed_series
