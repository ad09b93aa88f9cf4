-- Relationships of one friend in one program that overlap by more than the day on which one replaces the other.
-- Grain: relationship; no rows when the check holds.
WITH ordered_relationships AS (
    SELECT
        person_id,
        program,
        since_event_id,
        from_on,
        until_on,
        LEAD(from_on)
            OVER (PARTITION BY person_id, program ORDER BY from_on, until_on NULLS LAST, since_event_id)
            AS next_from_on
    FROM relationships
)

SELECT
    person_id,
    program,
    since_event_id
FROM ordered_relationships
WHERE until_on < from_on OR next_from_on < COALESCE(until_on, next_from_on + 1)
