-- The clicks that new facts or the days since the last run can touch.
-- Grain: click_key.
-- Why: a row counts from the day of its receipt and of its deed, and shows its latest sighting, so a day that passes
-- touches it as a new file does. One condition a branch, so that each reads only the blocks that can hold such rows.
SELECT click_key FROM fact_clicks WHERE facts_seq > $former_seq
UNION
SELECT click_key FROM fact_clicks WHERE received_on > $former_as_of
UNION
SELECT click_key FROM fact_clicks WHERE last_received_on > $former_as_of
UNION
SELECT click_key FROM fact_clicks WHERE clicked_on > $former_as_of
UNION
SELECT fact_clicks.click_key
FROM fact_clicks
INNER JOIN changed_hashed_keys ON fact_clicks.email_key = changed_hashed_keys.hashed_key
