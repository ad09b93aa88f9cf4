-- The verdict on each recognized root: may friend and advocate be rewarded, and if not, every reason why.
-- Grain: recognized root × program.
-- Why: eligibility never forgets who referred. A list holds from its date until the next of its purpose; who stands on
-- tomorrow's member list was not a customer yet, so only lists dated before the root's day count for that. Lists and
-- journeys are reduced to one row per root before they are joined. The friend is the root's person, not a joint owner; an
-- advocate who left on the judged day is none any more; with `at = "payout"` the advocate is judged when paid.
WITH friend_lists AS (
    SELECT
        d.root_event_id,
        d.program,
        BOOL_OR(
            m.purpose = 'existing_customers'
            AND m.from_on < d.root_on AND (m.until_on IS NULL OR m.until_on >= d.root_on)
        ) AS is_customer,
        BOOL_OR(
            m.purpose = 'employees'
            AND m.from_on <= d.root_on AND (m.until_on IS NULL OR m.until_on > d.root_on)
        ) AS is_employee,
        BOOL_OR(
            m.purpose = 'blocked'
            AND m.from_on <= d.root_on AND (m.until_on IS NULL OR m.until_on > d.root_on)
        ) AS is_blocked
    FROM root_decisions AS d
    INNER JOIN memberships AS m ON d.person_id = m.person_id
    GROUP BY d.root_event_id, d.program
),

advocate_days AS (
    SELECT
        d.root_event_id, d.program, d.advocate_id, d.root_on, p.advocates_audience, p.advocates_at,
        CASE WHEN p.advocates_at = 'share' THEN d.evidence_on ELSE d.root_on END AS judged_on
    FROM root_decisions AS d
    INNER JOIN config_programs AS p ON d.program = p.program
),

advocate_lists AS (
    SELECT
        a.root_event_id,
        a.program,
        BOOL_OR(
            m.purpose = 'blocked'
            AND m.from_on <= a.root_on AND (m.until_on IS NULL OR m.until_on > a.root_on)
        ) AS is_blocked,
        BOOL_OR(
            m.purpose = a.advocates_audience
            AND m.from_on <= a.judged_on AND (m.until_on IS NULL OR m.until_on > a.judged_on)
        ) AS is_listed
    FROM advocate_days AS a
    INNER JOIN memberships AS m ON a.advocate_id = m.person_id
    GROUP BY a.root_event_id, a.program
),

advocate_enrollments AS (
    SELECT
        a.root_event_id,
        a.program,
        BOOL_OR(
            (e.enrolled_on IS NULL OR e.enrolled_on <= a.judged_on)
            AND (e.left_on IS NULL OR e.left_on > a.judged_on)
        ) AS is_enrolled
    FROM advocate_days AS a
    INNER JOIN advocates AS e ON a.advocate_id = e.advocate_id
    GROUP BY a.root_event_id, a.program
),

earlier_journeys AS (
    SELECT DISTINCT d.root_event_id, d.program
    FROM root_decisions AS d
    INNER JOIN journey_owners AS o ON d.person_id = o.person_id
    INNER JOIN judged_roots AS r ON o.journey_id = r.journey_id
    INNER JOIN config_program_events AS n ON r.event_name = n.event_name AND d.program = n.program
    WHERE
        d.basis <> 'relationship' AND r.journey_id <> d.journey_id
        AND r.container <> 'test' AND r.root_at < d.root_at
),

loops AS (
    SELECT DISTINCT d.root_event_id, d.program
    FROM root_decisions AS d
    INNER JOIN root_decisions AS b
        ON d.program = b.program AND d.advocate_id = b.person_id AND d.person_id = b.advocate_id
    WHERE
        b.container <> 'test'
        AND (b.root_at < d.root_at OR (b.root_at = d.root_at AND b.root_event_id < d.root_event_id))
),

declared_reasons AS (
    SELECT
        i.program,
        BOOL_OR(i.reason_code = 'existing_customer') AS existing_customer,
        BOOL_OR(i.reason_code = 'recent_customer') AS recent_customer,
        BOOL_OR(i.reason_code = 'employee') AS employee,
        BOOL_OR(i.reason_code = 'blocked') AS blocked,
        BOOL_OR(i.reason_code = 'advocate_not_eligible') AS advocate_not_eligible,
        BOOL_OR(i.reason_code = 'advocate_newer_than_friend') AS advocate_newer_than_friend,
        BOOL_OR(i.reason_code = 'loop') AS loop
    FROM config_ineligible AS i
    GROUP BY i.program
),

verdicts AS (
    SELECT
        d.root_event_id,
        d.program,
        NULLIF(CONCAT_WS(
            ', ',
            CASE WHEN i.existing_customer AND (f.is_customer OR j.root_event_id IS NOT NULL)
                THEN 'existing_customer' END,
            CASE WHEN i.recent_customer AND fp.customer_since_on < d.root_on
                AND fp.customer_since_on + p.recent_customer_days >= d.root_on THEN 'recent_customer' END,
            CASE WHEN i.employee AND f.is_employee THEN 'employee' END,
            CASE WHEN i.blocked AND (f.is_blocked OR l.is_blocked) THEN 'blocked' END,
            CASE
                WHEN i.advocate_not_eligible AND COALESCE(p.advocates_at, 'event') <> 'payout'
                    AND (
                        (p.advocates_audience IS NOT NULL AND NOT COALESCE(l.is_listed, FALSE))
                        OR NOT COALESCE(e.is_enrolled, TRUE)
                    )
                    THEN 'advocate_not_eligible'
            END,
            CASE WHEN i.advocate_newer_than_friend AND fp.customer_since_on < ap.customer_since_on
                THEN 'advocate_newer_than_friend' END,
            CASE WHEN i.loop AND k.root_event_id IS NOT NULL THEN 'loop' END,
            CASE WHEN d.root_on < p.from_on OR d.root_on > p.until_on THEN 'outside_program' END,
            CASE WHEN d.container = 'test' THEN 'test_record' END
        ), '') AS ineligible_reason
    FROM root_decisions AS d
    INNER JOIN config_programs AS p ON d.program = p.program
    LEFT JOIN declared_reasons AS i ON d.program = i.program
    LEFT JOIN friend_lists AS f ON d.root_event_id = f.root_event_id AND d.program = f.program
    LEFT JOIN advocate_lists AS l ON d.root_event_id = l.root_event_id AND d.program = l.program
    LEFT JOIN advocate_enrollments AS e ON d.root_event_id = e.root_event_id AND d.program = e.program
    LEFT JOIN earlier_journeys AS j ON d.root_event_id = j.root_event_id AND d.program = j.program
    LEFT JOIN loops AS k ON d.root_event_id = k.root_event_id AND d.program = k.program
    LEFT JOIN persons AS fp ON d.person_id = fp.person_id
    LEFT JOIN persons AS ap ON d.advocate_id = ap.person_id
)

SELECT
    v.root_event_id,
    v.program,
    v.ineligible_reason IS NULL AS eligible,
    v.ineligible_reason
FROM verdicts AS v
