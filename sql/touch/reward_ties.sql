-- What was touched, and what shares a journey, a person, an advocate or a reward with it.
-- Grain: key of a journey, person, event or reward.
-- Why: limits, numbers and places are taken among all claims of one person, so all that hangs together is judged together.
-- A corrected event leaves its journey, and its reward with it stands for the journey in which the event is now as well:
-- what was rewarded once is not rewarded there again. It is asked again until nothing new is found.
WITH reward_keys AS (
    SELECT r.reward_id, r.journey_id AS tied_id FROM rewards AS r WHERE r.journey_id IS NOT NULL
    UNION ALL
    SELECT r.reward_id, r.slot_journey_id AS tied_id FROM rewards AS r WHERE r.slot_journey_id IS NOT NULL
    UNION ALL
    SELECT r.reward_id, r.event_id AS tied_id FROM rewards AS r WHERE r.event_id IS NOT NULL
    UNION ALL
    SELECT r.reward_id, r.root_event_id AS tied_id FROM rewards AS r WHERE r.root_event_id IS NOT NULL
    UNION ALL
    SELECT r.reward_id, r.beneficiary_id AS tied_id FROM rewards AS r WHERE r.beneficiary_id IS NOT NULL
    UNION ALL
    SELECT r.reward_id, r.friend_id AS tied_id FROM rewards AS r WHERE r.friend_id IS NOT NULL
)

SELECT t.unit_0 AS unit FROM touched AS t
UNION
SELECT k.reward_id FROM reward_keys AS k INNER JOIN touched AS t ON k.tied_id = t.unit_0
UNION
SELECT k.tied_id FROM reward_keys AS k INNER JOIN touched AS t ON k.reward_id = t.unit_0
UNION
SELECT k.reward_id
FROM events AS e
INNER JOIN touched AS t ON e.journey_id = t.unit_0
INNER JOIN reward_keys AS k ON e.event_id = k.tied_id
UNION
SELECT a.person_id FROM person_aliases AS a INNER JOIN touched AS t ON a.alias = t.unit_0
UNION
SELECT a.alias FROM person_aliases AS a INNER JOIN touched AS t ON a.person_id = t.unit_0
UNION
SELECT e.journey_id FROM events AS e INNER JOIN touched AS t ON e.event_id = t.unit_0 WHERE e.journey_id IS NOT NULL
UNION
SELECT e.journey_id FROM events AS e INNER JOIN touched AS t ON e.person_id = t.unit_0 WHERE e.journey_id IS NOT NULL
UNION
SELECT e.person_id FROM events AS e INNER JOIN touched AS t ON e.journey_id = t.unit_0 WHERE e.person_id IS NOT NULL
UNION
SELECT j.person_id
FROM journey_roots AS j
INNER JOIN touched AS t ON j.journey_id = t.unit_0
WHERE j.person_id IS NOT NULL
UNION
SELECT j.journey_id FROM journey_roots AS j INNER JOIN touched AS t ON j.person_id = t.unit_0
UNION
SELECT n.advocate_id
FROM recognitions AS n
INNER JOIN touched AS t ON n.journey_id = t.unit_0
WHERE n.advocate_id IS NOT NULL
UNION
SELECT n.journey_id FROM recognitions AS n INNER JOIN touched AS t ON n.advocate_id = t.unit_0
