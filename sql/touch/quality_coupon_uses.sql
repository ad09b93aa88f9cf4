-- All recognized roots of the coupons of changed ones.
-- Grain: root_event_id x program.
-- Why: a use is counted with those before it.
SELECT root_event_id, program FROM changed_root_decisions
UNION
SELECT root_decisions.root_event_id, root_decisions.program
FROM root_decisions
INNER JOIN changed_root_decisions ON root_decisions.evidence_key = changed_root_decisions.evidence_key
WHERE root_decisions.recognition_type = 'COUPON_CODE'
