-- Persons: what is known of each on the as-of date, without a name or an address.
-- Grain: person_id.
-- Why: a customer record carries no time of its own, so a person known from such records alone was first seen when
-- they became a customer, else when the record came.
WITH sightings AS (
    SELECT
        person_id,
        MIN(first_seen_at) AS first_seen_at,
        MIN(first_seen_on) AS first_seen_on
    FROM component_identifiers
    GROUP BY person_id
),

earliest_customers AS (
    SELECT
        person_id,
        MIN(customer_since_on) AS customer_since_on,
        MIN(received_on) AS received_on
    FROM customers
    GROUP BY person_id
),

sharers AS (
    SELECT advocate_id FROM advocates
    UNION
    SELECT advocate_id FROM shares
    UNION
    SELECT advocate_id FROM coupons WHERE purpose = 'friend_offer'
),

employees AS (
    SELECT DISTINCT person_id
    FROM memberships
    WHERE purpose = 'employees' AND until_on IS NULL
)

SELECT
    sightings.person_id,
    COALESCE(
        sightings.first_seen_at,
        CAST(earliest_customers.customer_since_on AS TIMESTAMP),
        CAST(earliest_customers.received_on AS TIMESTAMP)
    ) AS first_seen_at,
    COALESCE(
        sightings.first_seen_on,
        earliest_customers.customer_since_on,
        earliest_customers.received_on
    ) AS first_seen_on,
    earliest_customers.customer_since_on,
    sharers.advocate_id IS NOT NULL AS is_advocate,
    employees.person_id IS NOT NULL AS is_employee
FROM sightings
LEFT JOIN earliest_customers ON sightings.person_id = earliest_customers.person_id
LEFT JOIN sharers ON sightings.person_id = sharers.advocate_id
LEFT JOIN employees ON sightings.person_id = employees.person_id
