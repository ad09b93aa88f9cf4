-- The records of customers that new facts or the days since the last run can touch.
-- Grain: person_record_id.
-- Why: a row counts from the day of its receipt and of its deed, and shows its latest sighting, so a day that passes
-- touches it as a new file does. One condition a branch, so that each reads only the blocks that can hold such rows.
SELECT person_record_id FROM fact_persons WHERE facts_seq > $former_seq
UNION
SELECT person_record_id FROM fact_persons WHERE received_on > $former_as_of
UNION
SELECT person_record_id FROM fact_persons WHERE last_received_on > $former_as_of
UNION
SELECT fact_persons.person_record_id
FROM fact_persons
INNER JOIN changed_hashed_keys ON fact_persons.email_key = changed_hashed_keys.hashed_key
UNION
SELECT fact_persons.person_record_id
FROM fact_persons
INNER JOIN changed_hashed_keys ON fact_persons.phone_key = changed_hashed_keys.hashed_key
