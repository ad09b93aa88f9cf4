-- All recognized roots of the advocates of changed ones.
-- Grain: root_event_id x program.
-- Why: a referral is counted with those before it.
SELECT root_event_id, program FROM changed_root_decisions
UNION
SELECT root_decisions.root_event_id, root_decisions.program
FROM root_decisions
INNER JOIN changed_root_decisions ON root_decisions.advocate_id = changed_root_decisions.advocate_id
