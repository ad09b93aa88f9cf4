-- Advocates whom a root names: by code, member id, email, an order of theirs or person id; and those whom support added.
-- Grain: root × program × ground × advocate named (a shared email names each of its carriers).
-- Why: what the event itself says counts from the event's own time, except an order, which must not be later.
WITH named_emails AS (
    SELECT
        r.root_event_id,
        r.program,
        r.root_at,
        r.root_on,
        i.identifier_key,
        i.person_id,
        i.is_shared,
        MAX(CASE WHEN i.is_shared THEN 1 ELSE 0 END)
            OVER (PARTITION BY r.root_event_id, r.program) AS has_carriers
    FROM judged_roots AS r
    INNER JOIN person_identifiers AS i ON r.advocate_email_key = i.identifier_key
),

named_advocates AS (
    SELECT r.root_event_id, r.program, 'ADVOCATE_CODE' AS recognition_type, a.advocate_id,
        r.advocate_code_key AS evidence_key, r.root_at AS evidence_at, r.root_on AS evidence_on, FALSE AS is_test
    FROM judged_roots AS r
    INNER JOIN advocates AS a ON r.advocate_code_key = a.advocate_code_key
    UNION ALL
    SELECT r.root_event_id, r.program, 'ADVOCATE_PARTNER_USER_ID', i.person_id,
        i.identifier_key, r.root_at, r.root_on, FALSE
    FROM judged_roots AS r
    INNER JOIN person_identifiers AS i ON r.advocate_partner_user_key = i.identifier_key
    WHERE NOT i.is_shared
    UNION ALL
    SELECT i.root_event_id, i.program, 'ADVOCATE_EMAIL', i.person_id,
        i.identifier_key, i.root_at, i.root_on, FALSE
    FROM named_emails AS i
    WHERE i.is_shared OR i.has_carriers = 0
    UNION ALL
    SELECT r.root_event_id, r.program, 'ADVOCATE_ORDER_ID', e.person_id,
        e.event_id,
        CASE WHEN e.occurred_at > r.root_at THEN e.occurred_at ELSE r.root_at END,
        CASE WHEN e.occurred_at > r.root_at THEN e.occurred_on ELSE r.root_on END,
        e.container = 'test'
    FROM judged_roots AS r
    INNER JOIN events AS e ON r.advocate_order_key = e.order_key
    WHERE e.status = 'active' AND e.person_id IS NOT NULL
    UNION ALL
    SELECT r.root_event_id, r.program, 'ADVOCATE', p.person_id,
        p.alias, r.root_at, r.root_on, FALSE
    FROM judged_roots AS r
    INNER JOIN person_aliases AS p ON r.advocate_person_id = p.alias
    UNION ALL
    SELECT m.root_event_id, m.program, 'MANUAL', m.advocate_id,
        m.journal_number, m.root_at, m.root_on, FALSE
    FROM manual_recognitions AS m
)

SELECT
    n.root_event_id,
    n.program,
    n.recognition_type,
    TRUE AS on_event,
    n.advocate_id,
    n.evidence_key,
    n.evidence_at,
    n.evidence_on,
    n.is_test
FROM named_advocates AS n
WHERE n.advocate_id IS NOT NULL
