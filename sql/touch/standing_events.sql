-- The events that new facts or the days since the last run can touch.
-- Grain: event_id.
-- Why: a row counts from the day of its receipt and of its deed, and shows its latest sighting, so a day that passes
-- touches it as a new file does. One condition a branch, so that each reads only the blocks that can hold such rows.
SELECT event_id FROM fact_events WHERE facts_seq > $former_seq
UNION
SELECT event_id FROM fact_events WHERE received_on > $former_as_of
UNION
SELECT event_id FROM fact_events WHERE last_received_on > $former_as_of
UNION
SELECT event_id FROM fact_events WHERE occurred_on > $former_as_of
UNION
SELECT CAST(arguments ->> '$.event_id' AS BIGINT)
FROM operator_acts
WHERE act = 'event_resolved' AND (journal_number > $former_acts OR acted_on > $former_as_of)
UNION
SELECT fact_events.event_id
FROM fact_events
INNER JOIN changed_hashed_keys ON fact_events.email_key = changed_hashed_keys.hashed_key
UNION
SELECT fact_events.event_id
FROM fact_events
INNER JOIN changed_hashed_keys ON fact_events.phone_key = changed_hashed_keys.hashed_key
UNION
SELECT fact_events.event_id
FROM fact_events
INNER JOIN changed_hashed_keys ON fact_events.advocate_email_key = changed_hashed_keys.hashed_key
