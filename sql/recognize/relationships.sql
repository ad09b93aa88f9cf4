-- Whose friend a person is in a program, and from which day to which.
-- Grain: friend × program × founding event; at most one holds at a time.
-- Why: `until_on` is the last day on which it holds: its days are over, or another root replaces it on that day; empty
-- where it has no end. Test roots found nothing here.
WITH ordered_relationships AS (
    SELECT
        f.person_id, f.program, f.advocate_id, f.root_event_id, f.from_on, f.last_on, f.relationship_mode,
        f.recognition_type,
        LEAD(f.root_event_id) OVER (
            PARTITION BY f.person_id, f.program ORDER BY f.turn_number
        ) AS next_event_id,
        LEAD(f.from_on) OVER (PARTITION BY f.person_id, f.program ORDER BY f.turn_number) AS next_from_on
    FROM relationship_founders AS f
    WHERE f.person_id IS NOT NULL AND f.container <> 'test' AND f.relationship_mode <> 'none'
)

SELECT
    o.person_id,
    o.program,
    o.advocate_id,
    o.root_event_id AS since_event_id,
    o.from_on,
    CASE
        WHEN o.next_from_on <= o.last_on THEN o.next_from_on
        WHEN o.last_on < o.from_on + 36500 THEN o.last_on
    END AS until_on,
    CASE WHEN o.next_from_on <= o.last_on THEN o.next_event_id END AS replaced_by_event_id,
    o.recognition_type
FROM ordered_relationships AS o
