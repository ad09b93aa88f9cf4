-- The recognized roots whose clicks or time changed.
-- Grain: root_event_id x program.
-- Why: the rule looks at the journey's clicks and at the root's own time.
SELECT root_event_id, program FROM changed_root_decisions
UNION
SELECT root_decisions.root_event_id, root_decisions.program
FROM root_decisions
INNER JOIN changed_touches ON root_decisions.journey_id = changed_touches.journey_id
UNION
SELECT root_decisions.root_event_id, root_decisions.program
FROM root_decisions
INNER JOIN changed_events ON root_decisions.root_event_id = changed_events.event_id
