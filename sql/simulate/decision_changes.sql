-- What becomes of every recognition under the other terms.
-- Grain: event × program that is recognized on either side.
-- Why: the changes exclude each other, the weightiest first: whether anybody is recognized, who, whether it is eligible
-- and passes, and only then by which ground.
SELECT
    COALESCE(n.event_id, t.event_id) AS event_id,
    COALESCE(n.program, t.program) AS program,
    COALESCE(n.journey_id, t.journey_id) AS journey_id,
    COALESCE(n.friend_id, t.friend_id) AS friend_id,
    n.advocate_id AS now_advocate_id,
    n.recognition_type AS now_recognition_type,
    n.on_event AS now_on_event,
    COALESCE(n.eligible, FALSE) AS now_eligible,
    t.advocate_id AS then_advocate_id,
    t.recognition_type AS then_recognition_type,
    t.on_event AS then_on_event,
    COALESCE(t.eligible, FALSE) AS then_eligible,
    CASE
        WHEN n.event_id IS NULL THEN 'gained'
        WHEN t.event_id IS NULL THEN 'lost'
        WHEN n.advocate_id <> t.advocate_id THEN 'changed_advocate'
        WHEN n.eligible <> t.eligible OR n.quality <> t.quality THEN 'changed_eligibility'
        WHEN n.recognition_type <> t.recognition_type OR n.on_event <> t.on_event THEN 'changed_ground'
        ELSE 'same'
    END AS change
FROM decisions_now AS n
FULL OUTER JOIN decisions_then AS t ON n.event_id = t.event_id AND n.program = t.program
