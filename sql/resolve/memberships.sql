-- Who stood on which dated list, as intervals of days.
-- Grain: person_id x purpose x from_on.
-- Why: a whole list holds from its date until the next whole list of its purpose, and one without members is a list too;
-- between them, lists of changes add and remove members from their date on. On one day the whole list comes first, then
-- what is added, then what is removed, whatever the order of arrival. Days that follow on each other make one interval;
-- until_on is the first day that no longer counts.
WITH delivered_lists AS (
    SELECT purpose, list_on, list_change
    FROM fact_audience_lists
    WHERE received_on <= $as_of AND list_on <= $as_of
    UNION
    SELECT purpose, list_on, list_change
    FROM standing_audience
),

list_days AS (
    SELECT
        purpose,
        list_on,
        BOOL_OR(list_change IS NULL) AS is_whole
    FROM delivered_lists
    GROUP BY purpose, list_on
),

followed_days AS (
    SELECT
        purpose,
        list_on,
        MIN(CASE WHEN is_whole THEN list_on END) OVER (
            PARTITION BY purpose
            ORDER BY list_on
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS replaced_on
    FROM list_days
),

named_identifiers AS (
    SELECT purpose, list_on, list_change, partner_user_key AS identifier_key FROM standing_audience
    UNION ALL
    SELECT purpose, list_on, list_change, email_key FROM standing_audience
    UNION ALL
    SELECT purpose, list_on, list_change, phone_key FROM standing_audience
),

named_days AS (
    SELECT
        person_identifiers.person_id,
        named_identifiers.purpose,
        named_identifiers.list_on,
        NOT BOOL_OR(COALESCE(named_identifiers.list_change = 'remove', FALSE)) AS is_member
    FROM named_identifiers
    INNER JOIN person_identifiers
        ON named_identifiers.identifier_key = person_identifiers.identifier_key AND NOT person_identifiers.is_shared
    GROUP BY person_identifiers.person_id, named_identifiers.purpose, named_identifiers.list_on
),

spans AS (
    SELECT
        named_days.person_id,
        named_days.purpose,
        named_days.list_on,
        named_days.is_member,
        followed_days.replaced_on,
        LEAD(named_days.list_on) OVER (
            PARTITION BY named_days.person_id, named_days.purpose ORDER BY named_days.list_on
        ) AS named_next_on
    FROM named_days
    INNER JOIN followed_days
        ON named_days.purpose = followed_days.purpose AND named_days.list_on = followed_days.list_on
),

member_spans AS (
    SELECT
        person_id,
        purpose,
        list_on,
        CASE
            WHEN named_next_on IS NULL OR replaced_on < named_next_on THEN replaced_on
            ELSE named_next_on
        END AS ends_on
    FROM spans
    WHERE is_member
),

begun_spans AS (
    SELECT
        person_id,
        purpose,
        list_on,
        ends_on,
        CASE
            WHEN LAG(ends_on) OVER (PARTITION BY person_id, purpose ORDER BY list_on) = list_on THEN 0
            ELSE 1
        END AS begins
    FROM member_spans
),

numbered_spans AS (
    SELECT
        person_id,
        purpose,
        list_on,
        ends_on,
        CAST(SUM(begins) OVER (
            PARTITION BY person_id, purpose
            ORDER BY list_on
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS interval_number
    FROM begun_spans
)

SELECT
    person_id,
    purpose,
    MIN(list_on) AS from_on,
    CASE WHEN COUNT(ends_on) = COUNT(*) THEN MAX(ends_on) END AS until_on
FROM numbered_spans
GROUP BY person_id, purpose, interval_number
