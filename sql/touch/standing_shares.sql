-- The shares that new facts or the days since the last run can touch.
-- Grain: share_key.
-- Why: a row counts from the day of its receipt and of its deed, and shows its latest sighting, so a day that passes
-- touches it as a new file does. One condition a branch, so that each reads only the blocks that can hold such rows.
SELECT share_key FROM fact_shares WHERE facts_seq > $former_seq
UNION
SELECT share_key FROM fact_shares WHERE received_on > $former_as_of
UNION
SELECT share_key FROM fact_shares WHERE last_received_on > $former_as_of
UNION
SELECT share_key FROM fact_shares WHERE shared_on > $former_as_of
UNION
SELECT fact_shares.share_key
FROM fact_shares
INNER JOIN changed_hashed_keys ON fact_shares.advocate_email_key = changed_hashed_keys.hashed_key
