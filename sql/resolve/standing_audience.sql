-- Members of dated lists, as known on the as-of date.
-- Grain: purpose x list_on x the member's identifiers.
-- Why: two files may deliver one list; a member of either is a member.
SELECT DISTINCT
    purpose,
    list_on,
    partner_user_key,
    email_key,
    phone_key
FROM fact_audience
WHERE received_on <= $as_of AND list_on <= $as_of
