-- The lists for which memberships must be made anew: none, and they stand as they are.
-- Grain: purpose.
-- Why: a list ends those before it, so one touches all of its purpose; most nights bring no list and move nobody who
-- stands on one.
SELECT purpose FROM changed_standing_audience
UNION
SELECT purpose FROM fact_audience_lists WHERE facts_seq > $former_seq
UNION
SELECT purpose FROM fact_audience_lists WHERE received_on > $former_as_of
UNION
SELECT purpose FROM fact_audience_lists WHERE list_on > $former_as_of
UNION
SELECT standing_audience.purpose
FROM standing_audience
INNER JOIN changed_person_identifiers
    ON standing_audience.partner_user_key = changed_person_identifiers.identifier_key
UNION
SELECT standing_audience.purpose
FROM standing_audience
INNER JOIN changed_person_identifiers ON standing_audience.email_key = changed_person_identifiers.identifier_key
UNION
SELECT standing_audience.purpose
FROM standing_audience
INNER JOIN changed_person_identifiers ON standing_audience.phone_key = changed_person_identifiers.identifier_key
