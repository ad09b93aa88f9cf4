-- The recognized roots whose verdict can be another.
-- Grain: root_event_id x program.
-- Why: a verdict rests on lists, on the friend's other journeys, and on who referred whom before: both directions of a
-- pair are judged together.
WITH moved_persons AS (
    SELECT person_id FROM changed_persons
    UNION
    SELECT person_id FROM changed_memberships
),

moved_friends AS (
    SELECT person_id FROM changed_journey_owners
    UNION
    SELECT journey_owners.person_id
    FROM journey_owners
    INNER JOIN changed_judged_roots ON journey_owners.journey_id = changed_judged_roots.journey_id
),

changed_pairs AS (
    SELECT
        program,
        LEAST(person_id, advocate_id) AS one_id,
        GREATEST(person_id, advocate_id) AS other_id
    FROM changed_root_decisions
),

touched_roots AS (
    SELECT root_event_id, program FROM changed_root_decisions
    UNION
    SELECT root_decisions.root_event_id, root_decisions.program
    FROM root_decisions
    INNER JOIN moved_persons ON root_decisions.person_id = moved_persons.person_id
    UNION
    SELECT root_decisions.root_event_id, root_decisions.program
    FROM root_decisions
    INNER JOIN moved_persons ON root_decisions.advocate_id = moved_persons.person_id
    UNION
    SELECT root_decisions.root_event_id, root_decisions.program
    FROM root_decisions
    INNER JOIN moved_friends ON root_decisions.person_id = moved_friends.person_id
    UNION
    SELECT root_decisions.root_event_id, root_decisions.program
    FROM root_decisions
    INNER JOIN changed_advocates ON root_decisions.advocate_id = changed_advocates.advocate_id
),

touched_pairs AS (
    SELECT program, one_id, other_id FROM changed_pairs
    UNION
    SELECT
        root_decisions.program,
        LEAST(root_decisions.person_id, root_decisions.advocate_id),
        GREATEST(root_decisions.person_id, root_decisions.advocate_id)
    FROM root_decisions
    INNER JOIN touched_roots
        ON root_decisions.root_event_id = touched_roots.root_event_id AND root_decisions.program = touched_roots.program
)

SELECT root_event_id, program FROM touched_roots
UNION
SELECT root_decisions.root_event_id, root_decisions.program
FROM root_decisions
INNER JOIN touched_pairs
    ON
        root_decisions.program = touched_pairs.program
        AND LEAST(root_decisions.person_id, root_decisions.advocate_id) = touched_pairs.one_id
        AND GREATEST(root_decisions.person_id, root_decisions.advocate_id) = touched_pairs.other_id
