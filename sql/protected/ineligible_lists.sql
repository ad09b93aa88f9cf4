-- The dated lists that made a recognition not eligible: who stood on which, or did not, and the record; protected area only.
-- Grain: recognized root x program x reason x person x period on the list.
-- Why: a verdict is explained by the days that the run compared, whatever lists come later. Of an advocate who was on no
-- list, also the list that held on that day: it is what does not name them. A member of a list of hashes has no record here.
WITH ineligible_roots AS (
    SELECT
        r.event_id,
        r.program,
        r.person_id,
        r.advocate_id,
        r.occurred_on AS root_on,
        r.ineligible_reason,
        p.advocates_audience,
        CASE WHEN p.advocates_at = 'share' THEN r.evidence_on ELSE r.occurred_on END AS advocate_on
    FROM recognitions AS r
    INNER JOIN config_programs AS p ON r.program = p.program
    WHERE r.event_id = r.root_event_id AND r.ineligible_reason IS NOT NULL
),

questions AS (
    SELECT event_id, program, 'existing_customer' AS reason_code, 'friend' AS about, person_id,
        'existing_customers' AS purpose, root_on AS judged_on
    FROM ineligible_roots
    WHERE ineligible_reason LIKE '%existing_customer%'
    UNION ALL
    SELECT event_id, program, 'employee', 'friend', person_id, 'employees', root_on
    FROM ineligible_roots
    WHERE ineligible_reason LIKE '%employee%'
    UNION ALL
    SELECT event_id, program, 'blocked', 'friend', person_id, 'blocked', root_on
    FROM ineligible_roots
    WHERE ineligible_reason LIKE '%blocked%'
    UNION ALL
    SELECT event_id, program, 'blocked', 'advocate', advocate_id, 'blocked', root_on
    FROM ineligible_roots
    WHERE ineligible_reason LIKE '%blocked%'
    UNION ALL
    SELECT event_id, program, 'advocate_not_eligible', 'advocate', advocate_id, advocates_audience, advocate_on
    FROM ineligible_roots
    WHERE ineligible_reason LIKE '%advocate_not_eligible%' AND advocates_audience IS NOT NULL
),

periods AS (
    SELECT
        q.event_id,
        q.program,
        q.reason_code,
        q.about,
        q.person_id,
        q.purpose,
        q.judged_on,
        m.from_on,
        m.until_on,
        m.from_on <= q.judged_on AND (m.until_on IS NULL OR m.until_on > q.judged_on) AS holds,
        m.from_on < q.judged_on AND (m.until_on IS NULL OR m.until_on >= q.judged_on) AS holds_before
    FROM questions AS q
    INNER JOIN memberships AS m ON q.person_id = m.person_id AND q.purpose = m.purpose
),

listed_advocates AS (
    SELECT event_id, program
    FROM periods
    WHERE reason_code = 'advocate_not_eligible' AND holds
    GROUP BY event_id, program
),

deciding_periods AS (
    SELECT p.event_id, p.program, p.reason_code, p.about, p.person_id, p.purpose, p.judged_on, p.from_on, p.until_on
    FROM periods AS p
    LEFT JOIN listed_advocates AS l ON p.event_id = l.event_id AND p.program = l.program
    WHERE
        (p.reason_code = 'existing_customer' AND p.holds_before)
        OR (p.reason_code IN ('employee', 'blocked') AND p.holds)
        OR (p.reason_code = 'advocate_not_eligible' AND l.event_id IS NULL)
),

list_days AS (
    SELECT DISTINCT purpose, from_on AS list_on
    FROM deciding_periods
),

members AS (
    SELECT a.purpose, a.list_on, a.partner_user_key AS identifier_key, a.file_id, a.record_number, a.received_on
    FROM fact_audience AS a
    INNER JOIN list_days AS d ON a.purpose = d.purpose AND a.list_on = d.list_on
    WHERE a.received_on <= $as_of
    UNION ALL
    SELECT a.purpose, a.list_on, a.email_key, a.file_id, a.record_number, a.received_on
    FROM fact_audience AS a
    INNER JOIN list_days AS d ON a.purpose = d.purpose AND a.list_on = d.list_on
    WHERE a.received_on <= $as_of
    UNION ALL
    SELECT a.purpose, a.list_on, a.phone_key, a.file_id, a.record_number, a.received_on
    FROM fact_audience AS a
    INNER JOIN list_days AS d ON a.purpose = d.purpose AND a.list_on = d.list_on
    WHERE a.received_on <= $as_of
),

member_records AS (
    SELECT
        i.person_id,
        m.purpose,
        m.list_on,
        m.file_id,
        m.record_number,
        ROW_NUMBER() OVER (
            PARTITION BY i.person_id, m.purpose, m.list_on
            ORDER BY m.received_on, m.file_id, m.record_number
        ) AS place
    FROM members AS m
    INNER JOIN person_identifiers AS i ON m.identifier_key = i.identifier_key AND NOT i.is_shared
),

whole_lists AS (
    SELECT
        q.event_id,
        q.program,
        q.person_id,
        q.purpose,
        q.judged_on,
        w.list_on,
        w.file_id,
        ROW_NUMBER() OVER (
            PARTITION BY q.event_id, q.program
            ORDER BY w.list_on DESC NULLS LAST, w.received_on ASC, w.file_id ASC
        ) AS place
    FROM questions AS q
    LEFT JOIN listed_advocates AS l ON q.event_id = l.event_id AND q.program = l.program
    LEFT JOIN fact_audience_lists AS w
        ON
            q.purpose = w.purpose AND w.list_on <= q.judged_on
            AND w.list_change IS NULL AND w.received_on <= $as_of
    WHERE q.reason_code = 'advocate_not_eligible' AND l.event_id IS NULL
),

grounds AS (
    SELECT
        p.event_id,
        p.program,
        p.reason_code,
        'list' AS rests_on,
        p.about,
        p.person_id,
        p.purpose,
        p.judged_on,
        p.from_on,
        p.until_on,
        r.file_id,
        r.record_number
    FROM deciding_periods AS p
    LEFT JOIN member_records AS r
        ON p.person_id = r.person_id AND p.purpose = r.purpose AND p.from_on = r.list_on AND r.place = 1
    UNION ALL
    SELECT
        event_id,
        program,
        'advocate_not_eligible',
        'list without',
        'advocate',
        person_id,
        purpose,
        judged_on,
        list_on,
        CAST(NULL AS DATE),
        file_id,
        CAST(NULL AS BIGINT)
    FROM whole_lists
    WHERE place = 1
)

SELECT
    event_id,
    program,
    reason_code,
    rests_on,
    about,
    person_id,
    purpose,
    judged_on,
    from_on,
    until_on,
    file_id,
    record_number
FROM grounds
