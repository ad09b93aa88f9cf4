-- The records of advocates that new facts or the days since the last run can touch.
-- Grain: advocate_record_id.
-- Why: a row counts from the day of its receipt and of its deed, and shows its latest sighting, so a day that passes
-- touches it as a new file does. One condition a branch, so that each reads only the blocks that can hold such rows.
SELECT advocate_record_id FROM fact_advocates WHERE facts_seq > $former_seq
UNION
SELECT advocate_record_id FROM fact_advocates WHERE received_on > $former_as_of
UNION
SELECT advocate_record_id FROM fact_advocates WHERE last_received_on > $former_as_of
UNION
SELECT advocate_record_id FROM fact_advocates WHERE enrolled_on > $former_as_of
UNION
SELECT fact_advocates.advocate_record_id
FROM fact_advocates
INNER JOIN changed_hashed_keys ON fact_advocates.email_key = changed_hashed_keys.hashed_key
UNION
SELECT fact_advocates.advocate_record_id
FROM fact_advocates
INNER JOIN changed_hashed_keys ON fact_advocates.phone_key = changed_hashed_keys.hashed_key
