-- The customers of each program: whoever has a production journey there, since when, and of which groups they are.
-- Grain: program x customer: the journey's friend, else the journey where nobody is known.
-- Why: a customer is referred when the first journey in the program was recognized; what came later changes no cohort.
-- An advocate is whoever shares, is enrolled or holds a friend offer (persons.is_advocate), before or after the cohort day.
WITH ranked_journeys AS (
    SELECT
        program,
        journey_id,
        root_event_id,
        person_id,
        COALESCE(person_id, journey_id) AS customer_id,
        root_on,
        ROW_NUMBER() OVER (
            PARTITION BY program, COALESCE(person_id, journey_id) ORDER BY root_at, root_event_id
        ) AS journey_number
    FROM journey_roots
    WHERE container = 'production'
),

recognized_journeys AS (
    SELECT DISTINCT program, journey_id FROM attributed_events
)

SELECT
    j.program,
    j.customer_id,
    j.root_event_id,
    j.root_on,
    CAST(DATE_TRUNC('month', j.root_on) AS DATE) AS cohort_on,
    CASE WHEN r.journey_id IS NOT NULL THEN 'referred' ELSE 'not_referred' END AS referral_group,
    CASE WHEN p.is_advocate THEN 'advocates' ELSE 'non_advocates' END AS advocacy_group
FROM ranked_journeys AS j
LEFT JOIN recognized_journeys AS r ON j.program = r.program AND j.journey_id = r.journey_id
LEFT JOIN persons AS p ON j.person_id = p.person_id
WHERE j.journey_number = 1
