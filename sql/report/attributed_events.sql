-- Every recognized production event with what reports count about it: money, cohort week, channel, whether the friend
-- is new.
-- Grain: event x program, recognized, container production (a test event is never counted).
-- Why: attribution, the daily KPIs and the comparison must count the same things, so they all read this one table.
-- The cohort week is the Monday of the week in which the journey's root happened. An event without an amount stands
-- in the workspace's currency. A friend without any own identifier is counted by journey.
-- Must not: count a friend as new when a verdict or the persons feed says that they were a customer before.
WITH recognized_events AS (
    SELECT
        r.event_id,
        r.program,
        r.journey_id,
        r.root_event_id,
        r.advocate_id,
        r.recognition_type,
        r.label,
        r.basis,
        r.on_event,
        r.share_id,
        r.evidence_at,
        r.evidence_on,
        r.is_initial,
        r.eligible,
        r.ineligible_reason,
        r.person_id,
        COALESCE(r.person_id, r.journey_id) AS friend_id,
        e.event_name,
        e.occurred_at,
        e.occurred_on,
        COALESCE(e.amount_minor, 0) AS amount_minor,
        COALESCE(e.currency, $currency) AS currency
    FROM recognitions AS r
    INNER JOIN events AS e ON r.event_id = e.event_id
    WHERE r.container = 'production'
),

numbered_roots AS (
    SELECT
        program,
        root_event_id,
        occurred_on AS root_on,
        ROW_NUMBER() OVER (PARTITION BY program, friend_id ORDER BY occurred_at, event_id) AS friend_journey_number
    FROM recognized_events
    WHERE event_id = root_event_id
)

SELECT
    r.event_id,
    r.program,
    r.journey_id,
    r.root_event_id,
    r.friend_id,
    r.advocate_id,
    r.recognition_type,
    r.label,
    r.basis,
    r.on_event,
    r.share_id,
    r.evidence_at,
    r.evidence_on,
    r.is_initial,
    r.eligible,
    r.event_name,
    r.occurred_at,
    r.occurred_on,
    r.amount_minor,
    r.currency,
    s.channel,
    s.campaign,
    s.promotion_source,
    COALESCE(s.program, '(unknown)') AS share_program,
    CAST(DATE_TRUNC('week', COALESCE(n.root_on, r.occurred_on)) AS DATE) AS week_on,
    (r.event_id = r.root_event_id) AS is_root,
    (
        r.event_id = r.root_event_id
        AND n.friend_journey_number = 1
        AND COALESCE(r.ineligible_reason, '') NOT LIKE '%existing_customer%'
        AND COALESCE(r.ineligible_reason, '') NOT LIKE '%recent_customer%'
        AND (p.customer_since_on IS NULL OR p.customer_since_on >= n.root_on)
    ) AS is_new_customer
FROM recognized_events AS r
LEFT JOIN numbered_roots AS n ON r.program = n.program AND r.root_event_id = n.root_event_id
LEFT JOIN shares AS s ON r.share_id = s.share_key
LEFT JOIN persons AS p ON r.person_id = p.person_id
