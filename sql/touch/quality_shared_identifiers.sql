-- The recognized roots whose friend or advocate has other hints of a household.
-- Grain: root_event_id x program.
-- Why: what the rule observes is read from both persons.
SELECT root_event_id, program FROM changed_root_decisions
UNION
SELECT root_decisions.root_event_id, root_decisions.program
FROM root_decisions
INNER JOIN changed_household_hints ON root_decisions.person_id = changed_household_hints.person_id
UNION
SELECT root_decisions.root_event_id, root_decisions.program
FROM root_decisions
INNER JOIN changed_household_hints ON root_decisions.advocate_id = changed_household_hints.person_id
