-- The touches that brought each recognized journey, with the share of credit that each attribution model gives them.
-- Grain: journey root x program x touch; one touch per advocate, ground and on_event.
-- A touch is the recognized advocate's own evidence, or evidence of another advocate that was valid and lost only by
-- the order (lower_tier, older, newer, relationship_holds). Evidence that the rules call void (out of look-back,
-- expired coupon, self-referral, ...) is no touch.
-- Credits are whole millionths of one event and sum to exactly 1,000,000 per root and model: for linear, the
-- remainder of the division goes to the earliest touches.
-- Must not: decide a reward. Attribution is reporting only.
WITH ranked_winners AS (
    SELECT
        root_event_id,
        program,
        advocate_id,
        recognition_type,
        on_event,
        share_id,
        evidence_at,
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
        evidence_at
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
        is_winner,
        ROW_NUMBER() OVER (
            PARTITION BY root_event_id, program
            ORDER BY evidence_at NULLS FIRST, advocate_id, recognition_type, on_event, is_winner
        ) AS touch_number,
        COUNT(*) OVER (PARTITION BY root_event_id, program) AS touches
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
    CAST(CASE WHEN t.touch_number = 1 THEN 1000000 ELSE 0 END AS BIGINT) AS credit_first,
    CAST(CASE WHEN t.touch_number = t.touches THEN 1000000 ELSE 0 END AS BIGINT) AS credit_last,
    CAST(
        1000000 // t.touches + CASE WHEN t.touch_number <= 1000000 % t.touches THEN 1 ELSE 0 END AS BIGINT
    ) AS credit_linear
FROM ranked_touches AS t
LEFT JOIN shares AS s ON t.share_id = s.share_key
