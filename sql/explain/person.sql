-- What is published of one person.
-- Grain: person.
SELECT
    person_id,
    first_seen_on,
    customer_since_on,
    is_advocate,
    is_employee
FROM persons
WHERE person_id = $person_id
