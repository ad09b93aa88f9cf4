-- The recipients of shares that new facts or the days since the last run can touch.
-- Grain: email_id.
-- Why: a row counts from the day of its receipt and of its deed, and shows its latest sighting, so a day that passes
-- touches it as a new file does. One condition a branch, so that each reads only the blocks that can hold such rows.
SELECT email_id FROM fact_emails WHERE facts_seq > $former_seq
UNION
SELECT email_id FROM fact_emails WHERE received_on > $former_as_of
UNION
SELECT email_id FROM fact_emails WHERE last_received_on > $former_as_of
UNION
SELECT email_id FROM fact_emails WHERE sent_on > $former_as_of
UNION
SELECT fact_emails.email_id
FROM fact_emails
INNER JOIN changed_hashed_keys ON fact_emails.recipient_email_key = changed_hashed_keys.hashed_key
UNION
SELECT fact_emails.email_id
FROM fact_emails
INNER JOIN changed_hashed_keys ON fact_emails.recipient_phone_key = changed_hashed_keys.hashed_key
