-- Which advocate a friend stays the friend of, from and until when.
-- Grain: friend x program x period.
SELECT
    person_id,
    program,
    advocate_id,
    since_event_id,
    from_on,
    until_on
FROM relationships
