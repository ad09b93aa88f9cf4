-- Who stood on which dated list, as intervals of days.
-- Grain: person_id x purpose x from_on.
-- Why: a list holds from its date until the next list of its purpose, and a list without members is a list too.
-- Consecutive lists that name a person make one interval; until_on is the first day that no longer counts.
WITH delivered_lists AS (
    SELECT purpose, list_on
    FROM fact_audience_lists
    WHERE received_on <= $as_of AND list_on <= $as_of
    UNION
    SELECT purpose, list_on
    FROM standing_audience
),

numbered_lists AS (
    SELECT
        purpose,
        list_on,
        LEAD(list_on) OVER (PARTITION BY purpose ORDER BY list_on) AS next_list_on,
        ROW_NUMBER() OVER (PARTITION BY purpose ORDER BY list_on) AS list_number
    FROM delivered_lists
),

named_identifiers AS (
    SELECT purpose, list_on, partner_user_key AS identifier_key FROM standing_audience
    UNION ALL
    SELECT purpose, list_on, email_key FROM standing_audience
    UNION ALL
    SELECT purpose, list_on, phone_key FROM standing_audience
),

members AS (
    SELECT DISTINCT
        person_identifiers.person_id,
        named_identifiers.purpose,
        named_identifiers.list_on
    FROM named_identifiers
    INNER JOIN person_identifiers
        ON named_identifiers.identifier_key = person_identifiers.identifier_key AND NOT person_identifiers.is_shared
),

numbered_members AS (
    SELECT
        members.person_id,
        members.purpose,
        members.list_on,
        numbered_lists.next_list_on,
        numbered_lists.list_number,
        numbered_lists.list_number - ROW_NUMBER() OVER (
            PARTITION BY members.person_id, members.purpose ORDER BY members.list_on
        ) AS lists_missed
    FROM members
    INNER JOIN numbered_lists
        ON members.purpose = numbered_lists.purpose AND members.list_on = numbered_lists.list_on
)

SELECT
    person_id,
    purpose,
    MIN(list_on) AS from_on,
    CASE WHEN COUNT(next_list_on) = COUNT(*) THEN MAX(next_list_on) END AS until_on
FROM numbered_members
GROUP BY person_id, purpose, lists_missed
