-- The advocates whose referrals changed.
-- Grain: advocate_id.
-- Why: a referral's number rests on all of its advocate's.
SELECT DISTINCT advocate_id FROM changed_root_decisions
