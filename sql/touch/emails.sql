-- The recipients of shares that changed.
-- Grain: email_id.
-- Why: nothing but the facts makes their rows.
SELECT DISTINCT email_id FROM changed_standing_emails
