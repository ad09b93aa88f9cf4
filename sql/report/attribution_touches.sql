-- The touches that brought each recognized journey, in their order, each with the days from it to the last of them.
-- Grain: journey root x program x touch; one touch per advocate, ground and on_event.
-- A touch is the recognized advocate's own evidence, or evidence of another advocate that was valid and lost only by
-- the order (lower_tier, older, newer, relationship_holds). Evidence that the rules call void (out of look-back,
-- expired coupon, self-referral, ...) is no touch.
-- Days are counted between local dates; a touch without a date counts as old as the oldest. Must not: decide a reward.
-- Attribution is reporting only.
WITH ranked_winners AS (
    SELECT
        root_event_id,
        program,
        advocate_id,
        recognition_type,
        on_event,
        share_id,
        evidence_at,
        evidence_on,
        ROW_NUMBER() OVER (PARTITION BY root_event_id, program ORDER BY is_root DESC, event_id) AS winner_rank
    FROM attributed_events
),

winners AS (
    SELECT
        root_event_id,
        program,
        advocate_id,
        recognition_type,
        on_event,
        share_id,
        evidence_at,
        evidence_on
    FROM ranked_winners
    WHERE winner_rank = 1
),

touches AS (
    SELECT
        root_event_id,
        program,
        advocate_id,
        recognition_type,
        on_event,
        share_id,
        evidence_at,
        evidence_on,
        TRUE AS is_winner
    FROM winners
    UNION ALL
    SELECT
        c.event_id AS root_event_id,
        c.program,
        c.advocate_id,
        c.recognition_type,
        c.on_event,
        c.share_id,
        c.evidence_at,
        c.evidence_on,
        FALSE AS is_winner
    FROM recognition_candidates AS c
    INNER JOIN winners AS w ON c.event_id = w.root_event_id AND c.program = w.program
    WHERE
        c.outcome = 'lost'
        AND c.reason_code IN ('lower_tier', 'older', 'newer', 'relationship_holds')
        AND c.advocate_id IS NOT NULL
),

ranked_touches AS (
    SELECT
        root_event_id,
        program,
        advocate_id,
        recognition_type,
        on_event,
        share_id,
        evidence_at,
        evidence_on,
        is_winner,
        ROW_NUMBER() OVER (
            PARTITION BY root_event_id, program
            ORDER BY evidence_at NULLS FIRST, advocate_id, recognition_type, on_event, is_winner
        ) AS touch_number,
        COUNT(*) OVER (PARTITION BY root_event_id, program) AS touches,
        MAX(evidence_on) OVER (PARTITION BY root_event_id, program) AS last_on,
        COALESCE(evidence_on, MIN(evidence_on) OVER (PARTITION BY root_event_id, program)) AS touch_on
    FROM touches
)

SELECT
    t.root_event_id,
    t.program,
    t.touch_number,
    t.touches,
    t.advocate_id,
    t.recognition_type,
    t.on_event,
    t.share_id,
    t.evidence_at,
    t.is_winner,
    s.channel,
    s.campaign,
    s.promotion_source,
    COALESCE(t.last_on - t.touch_on, 0) AS days_before_last
FROM ranked_touches AS t
LEFT JOIN shares AS s ON t.share_id = s.share_key
