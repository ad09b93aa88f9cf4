-- What else made a recognition not eligible: since when the two are customers, enrollment, earlier events, the days of
-- the program; protected area only.
-- Grain: recognized root x program x reason x person x record.
-- Why: the days that the run compared, and the record that says each; lists stand apart (ineligible_lists).
WITH ineligible_roots AS (
    SELECT
        r.event_id,
        r.program,
        r.journey_id,
        r.person_id,
        r.advocate_id,
        r.basis,
        r.container,
        r.occurred_at AS root_at,
        r.occurred_on AS root_on,
        r.ineligible_reason,
        p.recent_customer_days,
        p.from_on,
        p.until_on,
        CASE WHEN p.advocates_at = 'share' THEN r.evidence_on ELSE r.occurred_on END AS advocate_on
    FROM recognitions AS r
    INNER JOIN config_programs AS p ON r.program = p.program
    WHERE r.event_id = r.root_event_id AND r.ineligible_reason IS NOT NULL
),

customer_questions AS (
    SELECT event_id, program, 'recent_customer' AS reason_code, 'friend' AS about, person_id, root_on,
        recent_customer_days AS counted_days
    FROM ineligible_roots
    WHERE ineligible_reason LIKE '%recent_customer%'
    UNION ALL
    SELECT event_id, program, 'advocate_newer_than_friend', 'friend', person_id, root_on, CAST(NULL AS INTEGER)
    FROM ineligible_roots
    WHERE ineligible_reason LIKE '%advocate_newer_than_friend%'
    UNION ALL
    SELECT event_id, program, 'advocate_newer_than_friend', 'advocate', advocate_id, root_on, CAST(NULL AS INTEGER)
    FROM ineligible_roots
    WHERE ineligible_reason LIKE '%advocate_newer_than_friend%'
),

customer_keys AS (
    SELECT partner_user_key AS identifier_key, customer_since_on, file_id, record_number, received_on
    FROM fact_persons
    WHERE received_on <= $as_of AND customer_since_on IS NOT NULL
    UNION ALL
    SELECT email_key, customer_since_on, file_id, record_number, received_on
    FROM fact_persons
    WHERE received_on <= $as_of AND customer_since_on IS NOT NULL
    UNION ALL
    SELECT phone_key, customer_since_on, file_id, record_number, received_on
    FROM fact_persons
    WHERE received_on <= $as_of AND customer_since_on IS NOT NULL
),

asked_keys AS (
    SELECT DISTINCT q.person_id, i.identifier_key, p.customer_since_on
    FROM customer_questions AS q
    INNER JOIN persons AS p ON q.person_id = p.person_id
    INNER JOIN person_identifiers AS i ON q.person_id = i.person_id AND NOT i.is_shared
),

customer_records AS (
    SELECT
        a.person_id,
        k.file_id,
        k.record_number,
        ROW_NUMBER() OVER (
            PARTITION BY a.person_id
            ORDER BY k.received_on DESC, k.file_id DESC, k.record_number DESC
        ) AS place
    FROM asked_keys AS a
    INNER JOIN customer_keys AS k
        ON a.identifier_key = k.identifier_key AND a.customer_since_on = k.customer_since_on
),

enrollments AS (
    SELECT
        r.event_id,
        r.program,
        r.advocate_id,
        r.advocate_on,
        a.enrolled_on,
        a.left_on,
        a.file_id,
        a.record_number,
        BOOL_OR(
            (a.enrolled_on IS NULL OR a.enrolled_on <= r.advocate_on)
            AND (a.left_on IS NULL OR a.left_on > r.advocate_on)
        ) OVER (PARTITION BY r.event_id, r.program) AS is_enrolled
    FROM ineligible_roots AS r
    INNER JOIN advocates AS a ON r.advocate_id = a.advocate_id
    WHERE r.ineligible_reason LIKE '%advocate_not_eligible%'
),

earlier_events AS (
    SELECT
        r.event_id,
        r.program,
        r.person_id,
        r.root_on,
        e.event_id AS other_event_id,
        e.occurred_on,
        e.file_id,
        e.record_number,
        ROW_NUMBER() OVER (PARTITION BY r.event_id, r.program ORDER BY e.occurred_at, e.event_id) AS place
    FROM ineligible_roots AS r
    INNER JOIN journey_owners AS o ON r.person_id = o.person_id
    INNER JOIN journey_roots AS j ON o.journey_id = j.journey_id AND j.journey_id <> r.journey_id
    INNER JOIN events AS e ON j.root_event_id = e.event_id
    INNER JOIN config_program_events AS n ON e.event_name = n.event_name AND r.program = n.program
    WHERE
        r.ineligible_reason LIKE '%existing_customer%' AND r.basis <> 'relationship'
        AND j.container <> 'test' AND j.root_at < r.root_at
),

loop_events AS (
    SELECT
        r.event_id,
        r.program,
        r.advocate_id,
        r.root_on,
        e.event_id AS other_event_id,
        e.occurred_on,
        e.file_id,
        e.record_number,
        ROW_NUMBER() OVER (PARTITION BY r.event_id, r.program ORDER BY b.occurred_at, b.event_id) AS place
    FROM ineligible_roots AS r
    INNER JOIN recognitions AS b
        ON
            r.program = b.program AND r.advocate_id = b.person_id AND r.person_id = b.advocate_id
            AND b.event_id = b.root_event_id
    INNER JOIN events AS e ON b.event_id = e.event_id
    WHERE
        r.ineligible_reason LIKE '%loop%' AND b.container <> 'test'
        AND (b.occurred_at < r.root_at OR (b.occurred_at = r.root_at AND b.event_id < r.event_id))
),

grounds AS (
    SELECT
        q.event_id,
        q.program,
        q.reason_code,
        'customer' AS rests_on,
        q.about,
        q.person_id,
        q.root_on AS judged_on,
        p.customer_since_on AS from_on,
        CAST(NULL AS DATE) AS until_on,
        q.counted_days,
        CAST(NULL AS BIGINT) AS other_event_id,
        c.file_id,
        c.record_number
    FROM customer_questions AS q
    INNER JOIN persons AS p ON q.person_id = p.person_id
    LEFT JOIN customer_records AS c ON q.person_id = c.person_id AND c.place = 1
    UNION ALL
    SELECT event_id, program, 'advocate_not_eligible', 'enrollment', 'advocate', advocate_id, advocate_on, enrolled_on,
        left_on, CAST(NULL AS INTEGER), CAST(NULL AS BIGINT), file_id, record_number
    FROM enrollments
    WHERE NOT is_enrolled
    UNION ALL
    SELECT event_id, program, 'existing_customer', 'event', 'friend', person_id, root_on, occurred_on,
        CAST(NULL AS DATE),
        CAST(NULL AS INTEGER), other_event_id, file_id, record_number
    FROM earlier_events
    WHERE place = 1
    UNION ALL
    SELECT event_id, program, 'loop', 'event', 'advocate', advocate_id, root_on, occurred_on, CAST(NULL AS DATE),
        CAST(NULL AS INTEGER), other_event_id, file_id, record_number
    FROM loop_events
    WHERE place = 1
    UNION ALL
    SELECT event_id, program, 'outside_program', 'program', CAST(NULL AS VARCHAR), CAST(NULL AS BIGINT),
        root_on, from_on,
        until_on, CAST(NULL AS INTEGER), CAST(NULL AS BIGINT), CAST(NULL AS VARCHAR), CAST(NULL AS BIGINT)
    FROM ineligible_roots
    WHERE ineligible_reason LIKE '%outside_program%'
)

SELECT
    event_id,
    program,
    reason_code,
    rests_on,
    about,
    person_id,
    judged_on,
    from_on,
    until_on,
    counted_days,
    other_event_id,
    file_id,
    record_number
FROM grounds
