-- The lists that new facts or the days since the last run can touch.
-- Grain: purpose x list_on.
-- Why: a list is known by its purpose and its day; several files may deliver one. A hash whose meaning became known
-- touches every list that it stands on.
SELECT purpose, list_on FROM fact_audience WHERE facts_seq > $former_seq
UNION
SELECT purpose, list_on FROM fact_audience WHERE received_on > $former_as_of
UNION
SELECT purpose, list_on FROM fact_audience WHERE list_on > $former_as_of
UNION
SELECT fact_audience.purpose, fact_audience.list_on
FROM fact_audience
INNER JOIN changed_hashed_keys ON fact_audience.email_key = changed_hashed_keys.hashed_key
UNION
SELECT fact_audience.purpose, fact_audience.list_on
FROM fact_audience
INNER JOIN changed_hashed_keys ON fact_audience.phone_key = changed_hashed_keys.hashed_key
UNION
SELECT fact_audience.purpose, fact_audience.list_on
FROM fact_audience
INNER JOIN changed_hash_meanings ON fact_audience.email_key = changed_hash_meanings.hashed_key
