-- How many persons became members on which day.
-- Grain: local day.
-- Why: a member is who is a customer by the persons feed, is enrolled as an advocate, or has a production journey of their own;
-- each counts from the earliest of these days.
WITH known_since AS (
    SELECT person_id, customer_since_on AS since_on FROM persons WHERE customer_since_on IS NOT NULL
    UNION ALL
    SELECT advocate_id AS person_id, enrolled_on AS since_on FROM advocates
    WHERE advocate_id IS NOT NULL AND enrolled_on IS NOT NULL
    UNION ALL
    SELECT person_id, root_on AS since_on FROM journey_roots
    WHERE person_id IS NOT NULL AND container = 'production'
),

first_days AS (
    SELECT
        person_id,
        MIN(since_on) AS since_on
    FROM known_since
    GROUP BY person_id
)

SELECT
    since_on,
    COUNT(*) AS members
FROM first_days
GROUP BY since_on
