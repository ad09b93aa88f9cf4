-- The posted rewards by the slot that each fills, with the persons that its ids mean now.
-- Grain: reward_id, and by construction (rule_key, role, slot_id, ordinal); the ordinal is 0 where nothing is counted.
-- Why: no version, person or amount is part of a slot, so neither a rule edit nor a merge of persons pays twice. A slot
-- is held for good once it was issued, also when the money was taken back, and as long as a conflict about its trigger,
-- its root or its account keeps it waiting. A posted id may be that of an email which several members turned out to
-- share, and then means none of them: so the friend and the beneficiary whom the journey names today stand beside it.
-- Where a rule counts, `slot_id` is the first journey of what is counted, and `case_slot_id` the step that completed it.
WITH conflicting_journeys AS (
    SELECT DISTINCT COALESCE(account_key, order_key, event_id) AS journey_id
    FROM events
    WHERE status = 'conflict'
)

SELECT
    r.reward_id,
    t.rule_key,
    r.rule_version,
    r.role,
    CASE
        WHEN r.slot_ordinal IS NOT NULL THEN r.slot_journey_id
        WHEN t.slot_kind = 'event' THEN r.event_id
        ELSE r.journey_id
    END AS slot_id,
    COALESCE(r.slot_ordinal, 0) AS ordinal,
    CASE WHEN t.slot_kind = 'event' THEN r.event_id ELSE r.journey_id END AS case_slot_id,
    r.journey_id,
    r.event_id,
    r.root_event_id,
    COALESCE(b.person_id, r.beneficiary_id) AS beneficiary_id,
    COALESCE(f.person_id, r.friend_id) AS friend_id,
    CASE
        WHEN r.role = 'advocate' THEN n.advocate_id
        WHEN r.role = 'actor' THEN g.person_id
        ELSE j.person_id
    END AS todays_beneficiary_id,
    CASE WHEN r.role = 'actor' THEN g.person_id ELSE j.person_id END AS todays_friend_id,
    r.amount_minor,
    r.state,
    r.earned_on,
    r.release_on,
    r.issued_on,
    r.is_live,
    r.was_issued,
    g.status AS trigger_status,
    o.status AS root_status,
    w.journey_id IS NOT NULL AS has_conflict,
    r.was_issued OR (
        r.is_live AND (
            w.journey_id IS NOT NULL
            OR COALESCE(g.status, 'active') = 'conflict'
            OR COALESCE(o.status, 'active') = 'conflict'
        )
    ) AS is_held
FROM rewards AS r
INNER JOIN rule_terms AS t ON r.rule_version = t.rule_version
LEFT JOIN person_aliases AS b ON r.beneficiary_id = b.alias
LEFT JOIN person_aliases AS f ON r.friend_id = f.alias
LEFT JOIN events AS g ON r.event_id = g.event_id
LEFT JOIN events AS o ON r.root_event_id = o.event_id
LEFT JOIN journey_roots AS j ON COALESCE(o.journey_id, r.journey_id) = j.journey_id AND r.program = j.program
LEFT JOIN recognitions AS n ON j.root_event_id = n.event_id AND j.program = n.program
LEFT JOIN conflicting_journeys AS w ON r.journey_id = w.journey_id
