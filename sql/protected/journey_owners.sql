-- The owners of each journey, none of whom can refer it; protected area only.
-- Grain: journey x person.
-- Why as recognition reads them: an act by hand is refused on the grounds on which the next run would reject it.
SELECT
    journey_id,
    person_id
FROM journey_owners
